package dev.polder.cli.command;

import dev.polder.Budget;
import dev.polder.cli.CommandFailure;
import picocli.CommandLine.Option;

/// Options that every command has.
public final class CommonArguments {
    @Option(
            names = "--budget",
            paramLabel = "SIZE",
            description = "memory the engine may use; default 64MiB, at least 16MiB")
    String budget = "64MiB";

    @Option(names = "--json", description = "answer in JSON, one object per line")
    boolean json;

    @Option(names = "--debug", description = "on failure, print the stack trace too")
    boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    public Budget budget() {
        try {
            return Budget.parse(budget);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw CommandFailure.usage("--budget: " + e.getMessage());
        }
    }

    public boolean debug() {
        return debug;
    }

    public boolean json() {
        return json;
    }
}
