package dev.polder.cli.command;

import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// What the launcher runs once after a build, while the JVM records an ahead-of-time cache: the commands people wait
/// for, on a small store of its own. What they load and link comes from that cache later, which halves the time of a
/// `get`.
@Command(name = WarmUpCommand.NAME, hidden = true, description = "Runs the short commands once, for the launcher.")
public final class WarmUpCommand implements Callable<Integer> {
    public static final String NAME = "warm-up";

    private static final List<String> COMMANDS = List.of(
            "put DIR --space s k v",
            "put DIR --space s other {\"a\":1} --json",
            "get DIR k",
            "get DIR --space s other --json",
            "get DIR --space s missing",
            "delete DIR k",
            "scan DIR --prefix o",
            "count DIR",
            "spaces DIR --count",
            "stats DIR",
            "memory DIR",
            "verify DIR",
            "drop DIR --space s --yes",
            "help",
            "help get");

    public WarmUpCommand(Console console) {}

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("polder-warm-up-");
        String store = folder.resolve("store").toString();
        try (InputStream in = InputStream.nullInputStream();
                OutputStream out = OutputStream.nullOutputStream()) {
            for (String command : COMMANDS) {
                String[] words = command.split(" ", -1);
                for (int i = 0; i < words.length; i++) if (words[i].equals("DIR")) words[i] = store;
                Main.run(words, new Console(in, out, out, false, true));
            }
        } finally {
            delete(folder);
        }
        return Exit.OK;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        }
    }
}
