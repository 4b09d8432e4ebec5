package dev.polder.bench;

import dev.polder.bench.kv.KvChild;
import dev.polder.bench.kv.KvCommand;
import dev.polder.bench.report.ReportCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `polder bench`: measures, and turns what it measured into tables.
@Command(
        name = "polder bench",
        description = "Benchmarks: Polder beside its peers.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {KvCommand.class, KvChild.class, ReportCommand.class})
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new Main());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((failure, failed, _) -> {
            if (failure instanceof IllegalArgumentException) {
                System.err.println("polder bench: " + failure.getMessage());
                return 2;
            }
            failure.printStackTrace();
            return 1;
        });
        System.exit(arguments.length == 0 ? usage(command) : command.execute(arguments));
    }

    private static int usage(CommandLine command) {
        command.usage(System.out);
        return 0;
    }
}
