package dev.polder.cli;

/// The `polder` command: a placeholder until its first subcommand arrives.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // The demo runs in every build, so its name is answered even before it exists.
        if (arguments.length > 0 && arguments[0].equals("demo")) {
            System.out.println("polder demo: there is no demo yet");
            return;
        }
        System.out.println("usage: polder <command> [options]");
        System.out.println("  demo [--quick]   show what Polder does (not written yet)");
        System.out.println("  bench ...        run benchmarks");
    }
}
