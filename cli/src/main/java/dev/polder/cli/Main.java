package dev.polder.cli;

import dev.polder.cli.command.CountCommand;
import dev.polder.cli.command.DeleteCommand;
import dev.polder.cli.command.DropCommand;
import dev.polder.cli.command.GetCommand;
import dev.polder.cli.command.LoadCommand;
import dev.polder.cli.command.MemoryCommand;
import dev.polder.cli.command.PutCommand;
import dev.polder.cli.command.ScanCommand;
import dev.polder.cli.command.SpacesCommand;
import dev.polder.cli.command.StatsCommand;
import dev.polder.cli.command.VerifyCommand;
import dev.polder.cli.command.WarmUpCommand;
import dev.polder.cli.demo.DemoCommand;
import dev.polder.cli.demo.WriterCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The `polder` command: finds the subcommand, runs it, and turns every way to fail into one line and an exit status.
///
/// Only the subcommand asked for is built: describing all of them costs more time than a `get`.
public final class Main {
    /// In the order of the help.
    private static final List<String> NAMES = List.of(
            "demo", "load", "get", "put", "delete", "scan", "count", "spaces", "drop", "stats", "memory", "verify");

    private Main() {}

    public static void main(String[] arguments) {
        int status = run(arguments, Console.system());
        if (status != Exit.OK) System.exit(status); // after success just return: exit() first starts a logger
    }

    /// Runs one command line.
    ///
    /// @return the exit status, see [Exit]
    public static int run(String[] arguments, Console console) {
        boolean debug = Arrays.asList(arguments).contains("--debug");
        try {
            CommandLine line = commandLine(arguments, console);
            line.setExecutionExceptionHandler((failure, _, _) -> fail(failure, console, debug));
            int status = line.execute(arguments);
            console.flush();
            return status;
        } catch (Throwable failure) { // also errors: a full heap ends in a line and a status too
            return fail(failure, console, debug);
        }
    }

    private static CommandLine commandLine(String[] arguments, Console console) {
        CommandLine root = new CommandLine(new RootCommand(console));
        String first = arguments.length == 0 ? "" : arguments[0];
        Object chosen = commandOrNull(first, console);
        if (chosen != null) {
            root.addSubcommand(first, chosen);
        } else {
            for (String name : NAMES) root.addSubcommand(name, commandOrNull(name, console));
            root.addSubcommand("help", new CommandLine.HelpCommand());
        }
        return root.setExpandAtFiles(false) // a key may begin with an @
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((failure, _) -> misunderstood(failure, console));
    }

    /// A switch and not a map of constructors: it loads the one class it makes.
    private static @Nullable Object commandOrNull(String name, Console console) {
        return switch (name) {
            case "demo" -> new DemoCommand(console);
            case WriterCommand.NAME -> new WriterCommand(console);
            case WarmUpCommand.NAME -> new WarmUpCommand(console);
            case "load" -> new LoadCommand(console);
            case "get" -> new GetCommand(console);
            case "put" -> new PutCommand(console);
            case "delete" -> new DeleteCommand(console);
            case "scan" -> new ScanCommand(console);
            case "count" -> new CountCommand(console);
            case "spaces" -> new SpacesCommand(console);
            case "drop" -> new DropCommand(console);
            case "stats" -> new StatsCommand(console);
            case "memory" -> new MemoryCommand(console);
            case "verify" -> new VerifyCommand(console);
            default -> null;
        };
    }

    private static int misunderstood(ParameterException failure, Console console) {
        CommandLine at = failure.getCommandLine();
        String command = at.getParent() == null ? "" : " " + at.getCommandName();
        String problem = String.valueOf(failure.getMessage()).replaceFirst("^Error: ", "");
        if (failure instanceof UnmatchedArgumentException unmatched && at.getParent() == null) {
            problem = "there is no command '" + unmatched.getUnmatched().getFirst() + "'" + similar(unmatched);
        }
        console.note("polder: " + problem.replace('\n', ' ') + " (see: polder help" + command + ")");
        return Exit.USAGE;
    }

    private static String similar(UnmatchedArgumentException failure) {
        List<String> suggestions = failure.getSuggestions();
        return suggestions.isEmpty() ? "" : "; is it '" + suggestions.getFirst() + "'?";
    }

    private static int fail(Throwable failure, Console console, boolean debug) {
        if (failure instanceof OutputException output && output.readerLeft()) return Exit.OK;
        try {
            console.flush(); // what was found before it failed comes first
        } catch (OutputException _) {
            // the failure is the news
        }
        console.note("polder: " + Failures.line(failure));
        if (debug) console.trace(failure);
        return Failures.exit(failure);
    }
}
