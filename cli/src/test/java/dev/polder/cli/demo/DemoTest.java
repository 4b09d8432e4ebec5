package dev.polder.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.Budget;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.Shell;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo in small, with a real child that is really killed.
class DemoTest {
    private static final DemoPlan SMALL = new DemoPlan(Budget.mebibytes(16), 4 << 20, 5_000, 5_000, 2, 7);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void itEndsWithOneLineForScripts(@TempDir Path folder) throws Exception {
        Console console = Shell.console("", out, err);
        DemoCommand demo = new DemoCommand(console);
        demo.keep = folder.resolve("kept");
        int status = demo.run(SMALL);
        console.flush();

        assertThat(printed().lines().toList().getLast())
                .as(printed() + err)
                .matches("demo: ok budgetMiB=16 peakRssMiB=-?\\d+ records=\\d+ acknowledged=\\d+ recovered=\\d+ lost=0"
                        + " recoveryMillis=\\d+");
        assertThat(status).isEqualTo(Exit.OK);

        Shell shell = new Shell(folder);
        shell.polder("count {}/kept/store --space zips").prints("42049\n");
        shell.polder("get {}/kept/store --space zips 00501").exits(Exit.OK);
        shell.polder("verify {}/kept/store").exits(Exit.OK);
    }

    @Test
    void itLeavesNothingBehind() throws Exception {
        try (Stream<Path> before = Files.list(temporary())) {
            long count = before.filter(DemoTest::isDemo).count();
            DemoCommand demo = new DemoCommand(Shell.console("", out, err));
            assertThat(demo.run(new DemoPlan(Budget.mebibytes(16), 1 << 20, 100, 1000, 1, 7)))
                    .isEqualTo(Exit.OK);
            try (Stream<Path> after = Files.list(temporary())) {
                assertThat(after.filter(DemoTest::isDemo).count()).isEqualTo(count);
            }
        }
        assertThat(printed()).contains("deleted at the end");
    }

    @Test
    void scriptsMayHaveJson() throws IOException {
        DemoResult result = new DemoResult(SMALL);
        result.records(12);
        result.rss(100 << 20);
        result.json(out);
        assertThat(printed())
                .startsWith("{\"demo\":\"ok\",\"budgetMiB\":16,\"peakRssMiB\":100,")
                .contains("\"records\":12,")
                .endsWith("\"failures\":[]}\n");
    }

    @Test
    void memoryOverTheLimitIsAFailure() {
        DemoResult result = new DemoResult(SMALL);
        result.rss(SMALL.rssLimitBytes() + (1 << 20));
        result.conclude();
        assertThat(result.ok()).isFalse();
        assertThat(result.line()).startsWith("demo: FAILED budgetMiB=16 ").contains("reason=\"peak RSS");
    }

    @Test
    void lossesAreAFailure() {
        DemoResult result = new DemoResult(SMALL);
        result.round(new CrashRound.Outcome(new BatchAudit(5, 3, 2, 0, 0), 12));
        result.conclude();
        assertThat(result.ok()).isFalse();
        assertThat(result.line()).contains("acknowledged=5 recovered=3 lost=2 recoveryMillis=12");
    }

    @Test
    void aFolderInUseIsNotWorkedIn(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("thesis.txt"), "years of work");
        Shell shell = new Shell(folder);
        shell.polder("demo --keep {}").exits(Exit.USAGE).complains("not empty");
        assertThat(folder.resolve("thesis.txt")).exists();
    }

    @Test
    void theQuickPlanIsStillThreeTimesTheBudget() {
        for (long mebibytes : new long[] {16, 64, 1024}) {
            Budget budget = Budget.mebibytes(mebibytes);
            assertThat(DemoPlan.quick(budget).loadBytes()).isGreaterThanOrEqualTo(3 * budget.bytes());
            assertThat(DemoPlan.full(budget).loadBytes()).isGreaterThanOrEqualTo(1 << 30);
        }
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Path temporary() {
        return Path.of(System.getenv().getOrDefault("TMPDIR", System.getProperty("java.io.tmpdir")));
    }

    private static boolean isDemo(Path path) {
        return path.getFileName().toString().startsWith("polder-demo-");
    }
}
