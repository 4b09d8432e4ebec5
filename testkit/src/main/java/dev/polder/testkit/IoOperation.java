package dev.polder.testkit;

/// One operation of the journal, as a failing test would print it.
///
/// @param index    its number: the argument of [SimulatedIo#crashImage]
/// @param position where in the file (or the new size, for a truncation)
/// @param bytes    how many bytes it moved
/// @param underWay writes of batches of whose end nobody had heard when it was asked for
public record IoOperation(int index, IoKind kind, String file, long position, long bytes, int underWay) {
    @Override
    public String toString() {
        return "#" + index + " " + kind + " " + file + (kind == IoKind.WRITE ? " at " + position + " +" + bytes : "");
    }
}
