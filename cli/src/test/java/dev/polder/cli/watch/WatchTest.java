package dev.polder.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.Budget;
import dev.polder.Engine;
import dev.polder.Store;
import dev.polder.cli.Exit;
import dev.polder.cli.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `stats --watch` beside an engine that has the store open, here in the same process: they talk by files.
class WatchTest {
    private Shell shell;
    private Path directory;

    @BeforeEach
    void folder(@TempDir Path folder) {
        shell = new Shell(folder);
        directory = folder.resolve("s");
    }

    @Test
    void theEngineThatHasTheStoreAnswers() throws IOException {
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            store.keyValues("space").put(new byte[] {1}, new byte[] {2});
            Shell.Ran lines = shell.polder("stats {}/s --watch=0.5 --count 2").exits(Exit.OK);
            assertThat(lines.out().lines()).hasSize(2).allMatch(line -> line.startsWith("hits/s="));
            assertThat(lines.err()).isEmpty();

            Shell.Ran json =
                    shell.polder("stats {}/s --watch=0.5 --count 1 --json").exits(Exit.OK);
            Sample sample = Sample.read(json.out().getBytes(StandardCharsets.UTF_8));
            assertThat(json.out().lines()).hasSize(1);
            assertThat(sample.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(sample.store().visibleSequence()).isEqualTo(1);
            assertThat(sample.store())
                    .usingRecursiveComparison()
                    .ignoringFields("deviceFreeBytes") // others write to the device meanwhile
                    .isEqualTo(store.metrics());
            assertThat(sample.memory().budgetBytes()).isEqualTo(16 << 20);
            assertThat(sample.memory().owners()).hasSameSizeAs(engine.memory().owners());
            assertThat(sample.engine().io()).isEqualTo(engine.metrics().io());
            assertThat(sample.engine().disk().lanes())
                    .hasSameSizeAs(engine.metrics().disk().lanes());
        }
        try (var left = Files.list(directory)) {
            assertThat(left.map(file -> String.valueOf(file.getFileName())))
                    .noneMatch(name -> name.startsWith("WATCH") || name.startsWith("METRICS"));
        }
    }

    /// It does not open the store itself, so it is in nobody's way; and when somebody opens it, the numbers come.
    @Test
    void waitsForSomebodyToOpenTheStore() throws Exception {
        shell.polder("put {}/s --space notes k v").exits(Exit.OK);
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch shown = new CountDownLatch(1);
        Watch watch = new Watch(
                directory, 0.5, 10, Watch.Form.LINES, false, text -> shown.countDown(), note -> waiting.countDown());
        Thread watcher = Thread.ofPlatform().start(watch);
        waiting.await();
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            shown.await();
            assertThat(store.metrics().visibleSequence()).isEqualTo(1);
        }
        watch.stop();
        watcher.join();
    }

    @Test
    void whatIsNoStoreIsNotWatched() {
        shell.polder("stats {}/none --watch").exits(Exit.REFUSED).complains("not a store");
        assertThat(directory.resolveSibling("none")).doesNotExist();
    }

    @Test
    void nonsenseIsRefused() {
        shell.polder("put {}/s --space notes k v");
        shell.polder("stats {}/s --watch=0.1").exits(Exit.USAGE).complains("0.5 to 3600");
        shell.polder("stats {}/s --watch --count 0").exits(Exit.USAGE).complains("--count");
    }
}
