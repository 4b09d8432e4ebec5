package dev.polder.planted;

/// A bug, and the check that must fail because of it.
///
/// @param what     the bug, as one would report it
/// @param target   class and method below `dev.polder`, as in `log.LogWriter.sync(LogSegment)`
/// @param check    what catches it: `package.Class.method` below `dev.polder`, a test or one of the checks beside this
record PlantedBug(String what, String target, Mutation mutation, String check) {
    String className() {
        int parameters = target.indexOf('(');
        int dot = target.lastIndexOf('.', parameters < 0 ? target.length() : parameters);
        return "dev.polder." + target.substring(0, dot);
    }

    String method() {
        return target.substring(className().length() - "dev.polder.".length() + 1);
    }

    @Override
    public String toString() {
        return what;
    }
}
