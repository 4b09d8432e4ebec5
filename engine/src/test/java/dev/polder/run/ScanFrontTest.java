package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.run.RunFixture.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanFrontTest {
    private static final int ENTRIES = 8000;

    @TempDir
    Path folder;

    /// Root and first leaf it reads for itself; all else comes while it goes on.
    @Test
    void aSourceWaitsForOthersToRead() {
        try (RunFixture fixture = new RunFixture(folder)) {
            Run run = write(fixture, 400);
            int memoryBytes = RunScanner.memoryBytes(300 << 10);
            long all = fixture.reads.all();
            long own = fixture.reads.own();
            try (RunsSource source = fixture.source(run, memoryBytes)) {
                for (int i = 0; i < ENTRIES; i++) assertThat(source.next()).isTrue();
                assertThat(source.next()).isFalse();
            }
            assertThat(fixture.reads.own() - own).as("by itself").isBetween(1L, 3L);
            assertThat(fixture.reads.all() - all).isGreaterThan(20);
        }
    }

    private static Run write(RunFixture fixture, int valueBytes) {
        Random random = new Random(1);
        List<Version> versions = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            byte[] key = {(byte) (i >>> 16), (byte) (i >>> 8), (byte) i};
            versions.add(new Version(key, i + 1, RunFixture.bytes(random, valueBytes, 256)));
        }
        return fixture.write(versions, false, RunConfig.DEFAULT);
    }
}
