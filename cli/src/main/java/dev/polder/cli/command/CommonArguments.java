package dev.polder.cli.command;

import dev.polder.Budget;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// Options that every command has.
public final class CommonArguments {
    @Option(
            names = "--budget",
            paramLabel = "SIZE",
            defaultValue = "64MiB",
            converter = BudgetConverter.class,
            description = "memory the engine may use; default @|bold 64MiB|@, at least 16MiB")
    Budget budget = Budget.mebibytes(64);

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
        return budget;
    }

    public boolean json() {
        return json;
    }

    static final class BudgetConverter implements ITypeConverter<@Nullable Budget> {
        @Override
        public Budget convert(String text) {
            try {
                return Budget.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
