package dev.polder.cli.demo;

import dev.polder.Budget;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.command.CommonArguments;
import dev.polder.cli.text.Units;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = {
            "Show and prove what Polder does.",
            "Loads far more data than it has memory, reads all of it back, kills a writing process again and again, and"
                    + " finds every acknowledged write.",
            "Needs about 3.3 GiB of disk in the temporary folder (TMPDIR) while it runs, 832 MiB with --quick."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder demo",
            "  polder demo --quick",
            "  polder demo --quick --json | jq .peakRssMiB",
            "  polder demo --budget 32MiB --keep /tmp/polder     # then: polder scan /tmp/polder/store --space zips",
            "",
            "The last line is for scripts:",
            "  demo: ok budgetMiB=64 peakRssMiB=... records=... acknowledged=... recovered=... lost=0 recoveryMillis=...",
            "Exit status 0 only if it says ok."
        })
public final class DemoCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonArguments common = new CommonArguments();

    @Option(names = "--quick", description = "less data: done in under a minute")
    boolean quick;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description = "work in DIR, which must be empty or new, and leave it there")
    @Nullable
    Path keep;

    public DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Budget budget = common.budget();
        return run(quick ? DemoPlan.quick(budget) : DemoPlan.full(budget));
    }

    int run(DemoPlan plan) throws IOException, InterruptedException {
        Path work = workFolder();
        Thread cleaner = new Thread(() -> delete(work));
        if (keep == null) Runtime.getRuntime().addShutdownHook(cleaner); // Ctrl-C must not leave a gibibyte behind
        DemoResult result = new DemoResult(plan);
        try (Screen screen = new Screen(console, common.json(), plan.rssLimitBytes())) {
            requireSpace(plan, work);
            introduce(plan, work, screen);
            screen.start();
            runSteps(new Demo(plan, work, screen, result), result);
        } finally {
            if (keep == null) {
                delete(work);
                Runtime.getRuntime().removeShutdownHook(cleaner);
            }
        }
        result.conclude();
        if (common.json()) result.json(console.out());
        else console.line(result.line());
        return result.ok() ? Exit.OK : Exit.NO;
    }

    /// Whatever stops the demo is its result, not a crash of the command: the last line must come.
    private void runSteps(Demo demo, DemoResult result) throws InterruptedException {
        try {
            demo.run();
        } catch (InterruptedException e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            StringBuilder reason = new StringBuilder(e.toString());
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                reason.append(", caused by ").append(cause);
            }
            result.failed(reason.toString());
            if (common.debug()) console.trace(e);
        } finally {
            result.rss(RssMeter.self().peakBytes());
        }
    }

    private void introduce(DemoPlan plan, Path work, Screen screen) {
        screen.say(
                "Polder demo: a budget of " + Units.bytes(plan.budget().bytes()) + ", " + Units.bytes(plan.loadBytes())
                        + " of data, " + plan.rounds() + " kills, in " + work
                        + (keep == null ? " (deleted at the end)" : " (stays there)"));
        screen.say("  memory allowed: budget " + Units.bytes(plan.budget().bytes()) + " + Java heap "
                + Units.bytes(Runtime.getRuntime().maxMemory()) + " + 96 MiB for the JVM = "
                + Units.bytes(plan.rssLimitBytes()));
    }

    private Path workFolder() throws IOException {
        if (keep == null) {
            String folder = System.getenv().getOrDefault("TMPDIR", System.getProperty("java.io.tmpdir"));
            return Files.createTempDirectory(Path.of(folder), "polder-demo-");
        }
        if (Files.exists(keep)) {
            try (Stream<Path> inside = Files.list(keep)) {
                if (inside.findAny().isPresent()) {
                    throw CommandFailure.usage("--keep " + keep + ": the folder is not empty; name a new one");
                }
            }
        }
        return Files.createDirectories(keep);
    }

    private static void requireSpace(DemoPlan plan, Path work) throws IOException {
        long free = Files.getFileStore(work).getUsableSpace();
        if (free >= plan.diskBytes()) return;
        throw CommandFailure.io("the demo needs " + Units.bytes(plan.diskBytes()) + " of disk, and " + work.getParent()
                + " has " + Units.bytes(free) + "; set TMPDIR to a folder with more, or try --quick");
    }

    /// Deletes the folder this command created, and nothing else: links are not followed. More than one try,
    /// because after Ctrl-C the writer may still be ending and write a file behind the first.
    private static void delete(Path folder) {
        for (int attempt = 0; attempt < 10 && Files.exists(folder); attempt++) {
            try (Stream<Path> all = Files.walk(folder)) {
                List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) Files.deleteIfExists(path);
            } catch (IOException | UncheckedIOException _) {
                LockSupport.parkNanos(50_000_000);
            }
        }
    }
}
