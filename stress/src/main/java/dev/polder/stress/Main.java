package dev.polder.stress;

/// `polder stress`: hands everything on to jcstress. Its JVMs get the options of this one.
///
/// The tests lie in the packages whose parts they are about, so that they see what is private to them: this module is
/// on the class path, and never shipped.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        org.openjdk.jcstress.Main.main(arguments);
    }
}
