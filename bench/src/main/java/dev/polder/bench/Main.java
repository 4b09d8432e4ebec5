package dev.polder.bench;

import dev.polder.bench.cache.CacheCommand;
import dev.polder.bench.io.IoCommand;
import dev.polder.bench.jmh.JmhCommand;
import dev.polder.bench.kv.KvChild;
import dev.polder.bench.kv.KvCommand;
import dev.polder.bench.pool.PoolCommand;
import dev.polder.bench.profile.HotCommand;
import dev.polder.bench.report.ReportCommand;
import dev.polder.bench.soak.SoakCommand;
import dev.polder.bench.warm.WarmCommand;
import java.io.IOException;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `polder bench`: measures, and turns what it measured into tables.
@Command(
        name = "polder bench",
        description = "Benchmarks: Polder beside its peers.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            KvCommand.class,
            KvChild.class,
            IoCommand.class,
            CacheCommand.class,
            PoolCommand.class,
            WarmCommand.class,
            SoakCommand.class,
            ReportCommand.class,
            HotCommand.class,
            JmhCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new Main());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((failure, failed, _) -> {
            if (failed.getCommand() instanceof KvChild) {
                failure.printStackTrace(); // the only place that knows
            } else {
                System.err.println("polder bench: " + explain(failure));
            }
            return failure instanceof IllegalArgumentException ? 2 : 1;
        });
        System.exit(arguments.length == 0 ? usage(command) : command.execute(arguments));
    }

    private static String explain(Exception failure) {
        boolean saysEnough = failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || (failure instanceof IOException && !(failure instanceof FileSystemException));
        return saysEnough ? String.valueOf(failure.getMessage()) : failure.toString();
    }

    private static int usage(CommandLine command) {
        command.usage(System.out);
        return 0;
    }
}
