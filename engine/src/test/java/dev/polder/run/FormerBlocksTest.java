package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.block.BlockKeeper;
import dev.polder.memory.Memory;
import dev.polder.run.RunFixture.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where an entry's older version lies: known if it is in use, and never read for.
class FormerBlocksTest {
    private static final int COUNT = 300;

    @TempDir
    Path folder;

    private static byte[] key(int i) {
        return String.format("%06d", i).getBytes(StandardCharsets.US_ASCII);
    }

    private static Run run(RunFixture f, int from, int to, int valueBytes, long sequence) {
        List<Version> versions = new ArrayList<>();
        for (int i = from; i < to; i++) versions.add(new Version(key(i), sequence + i, new byte[valueBytes]));
        return f.write(versions, false, RunConfig.DEFAULT);
    }

    private static void read(RunFixture f, Run run, int i) {
        ReadScratch scratch = new ReadScratch();
        scratch.toNowhere();
        long address = f.allocate(16);
        Memory.copyIn(key(i), 0, address, 6);
        for (int use = 0; use < 3; use++)
            assertThat(run.get(f.loader, scratch, address, 6, RunConfig.SEQUENCE_MAX))
                    .isEqualTo(Run.FOUND);
    }

    private static long former(RunFixture f, FormerBlocks blocks, int i, int entryBytes) {
        long address = f.allocate(16);
        Memory.copyIn(key(i), 0, address, 6);
        return blocks.of(address, 6, entryBytes);
    }

    @Test
    void isTheBlockOfTheNewestRunThatHasTheKeyIfItIsInUse() {
        try (RunFixture f = new RunFixture(folder)) {
            Run newest = run(f, 100, 150, 4000, 10_000);
            Run older = run(f, 0, 200, 4000, 5_000);
            Run left = run(f, 0, 100, 4000, 0);
            Run right = run(f, 250, COUNT, 4000, 0);
            BlockKeeper keeper = f.loader.keeper();
            FormerBlocks blocks = new FormerBlocks(new Run[][] {{newest, older}, {}, {left, right}}, f.loader, keeper);
            assertThat(former(f, blocks, 120, 100)).as("nothing is in the pool").isZero();
            read(f, newest, 110); // the ways to the others are known, but they are not in use
            read(f, older, 110);
            read(f, right, 260);
            long reads = f.loader.metrics().reads();
            long misses = f.memory.pool.metrics().misses();
            assertThat(former(f, blocks, 110, 100)).as("in two runs").isNotZero();
            assertThat(former(f, blocks, 111, 100)).as("its block was not read").isZero();
            assertThat(former(f, blocks, 260, 100)).as("below").isNotZero();
            assertThat(former(f, blocks, 10, 100)).as("only in the older").isZero();
            assertThat(former(f, blocks, 220, 100)).as("nowhere").isZero();
            read(f, older, 10);
            assertThat(former(f, blocks, 10, 100)).isNotZero();
            assertThat(f.loader.metrics().reads())
                    .as("but for that of the test")
                    .isEqualTo(reads + 1);
            assertThat(f.memory.pool.metrics().misses()).isEqualTo(misses + 1);
            assertThat(former(f, blocks, 110, 100)).isNotEqualTo(former(f, blocks, 10, 100));
            assertThat(former(f, new FormerBlocks(new Run[0][], f.loader, keeper), 10, 100))
                    .isZero();
            assertThat(keeper.hasNotes())
                    .as("nothing is superseded by entries this small")
                    .isFalse();
        }
    }

    @Test
    void aBlockThatHoldsLittleElseIsSuperseded() {
        try (RunFixture f = new RunFixture(folder)) {
            Run run = run(f, 0, COUNT, 4000, 0);
            BlockKeeper keeper = f.loader.keeper();
            FormerBlocks blocks = new FormerBlocks(new Run[][] {{run}}, f.loader, keeper);
            assertThat(former(f, blocks, 7, 4000)).isZero();
            assertThat(keeper.hasNotes()).as("not in use").isFalse();
            read(f, run, 7);
            assertThat(former(f, blocks, 7, 1000)).isNotZero();
            assertThat(keeper.hasNotes()).as("of three times the size").isFalse();
            assertThat(former(f, blocks, 7, 4000)).isNotZero();
            assertThat(keeper.hasNotes()).isTrue();
            keeper.bringBack(true, file -> true, () -> true);
            assertThat(former(f, blocks, 7, 4000)).as("its frame was given up").isZero();
        }
    }
}
