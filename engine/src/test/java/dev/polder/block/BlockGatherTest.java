package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.buffer.PoolFixture;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.runtime.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Blocks that many look-ups lack: each comes, or is told of, and nobody waits for a slot that a gatherer holds.
class BlockGatherTest {
    private final Codecs codecs = Codecs.probe();
    private final PoolFixture f = new PoolFixture();
    private final BlockLoader loader = new BlockLoader(f.budget, f.pool, f.seams, codecs);
    private final BlockFile file = new BlockFile(400, 4096, codecs, 42);

    @AfterEach
    void close() {
        file.close();
        f.close();
    }

    @Test
    void whatIsAskedForComesAndIsRight() {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Set<Integer> asked = new HashSet<>();
            while (asked.size() < 32) asked.add(random.nextInt(400));
            try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
                Set<Integer> left = new HashSet<>();
                for (int block : asked) if (!present(block)) left.add(block);
                for (int block : left) ask(gather, block);
                while (gather.next()) {
                    assertThat(left.removeIf(block -> gather.came(id(block)))).isTrue();
                }
                assertThat(left).as("seed %d", seed).isEmpty();
            }
            for (int block : asked) read(loader, block);
        }
        assertThat(loader.metrics().batchBlocks()).isGreaterThan(200);
    }

    @Test
    void whoIsBroughtMayAskForMore() {
        try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
            int asked = 0;
            int came = 0;
            for (; asked < 8; asked++) ask(gather, asked * 3);
            while (gather.next()) {
                for (int block = 0; block < 400; block += 3) if (gather.came(id(block))) came++;
                for (int more = 0; more < 3 && asked < 60; more++) ask(gather, asked++ * 3);
            }
            assertThat(came).isEqualTo(asked).isEqualTo(60);
        }
    }

    @Test
    void askingTwiceIsAskingOnce() {
        try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
            assertThat(ask(gather, 7)).isEqualTo(ask(gather, 7));
            assertThat(gather.next()).isTrue();
            assertThat(gather.next()).isFalse();
        }
        assertThat(file.reads.get()).isEqualTo(1);
    }

    @Test
    void aDamagedBlockComesToNothingAndItsReaderIsTold() {
        file.flipBit(5);
        try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
            ask(gather, 5);
            ask(gather, 90);
            Set<Integer> came = new HashSet<>();
            while (gather.next()) for (int block : new int[] {5, 90}) if (gather.came(id(block))) came.add(block);
            assertThat(came).containsExactlyInAnyOrder(5, 90);
            assertThat(present(5)).isFalse();
            assertThat(present(90)).isTrue();
        }
        assertThatThrownBy(() -> read(loader, 5)).isInstanceOf(CorruptionException.class);
    }

    /// Two others are each reading a block that is wanted here.
    @Test
    @Timeout(60)
    void whatOthersAreLoadingIsLeftToThemAndTheRestIsReadMeanwhile() {
        CountDownLatch reading = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        file.whileReading = () -> {
            reading.countDown();
            await(go);
        };
        List<Task> others = new ArrayList<>();
        for (int block : new int[] {5, 90}) others.add(f.seams.tasks().spawn("other", () -> read(loader, block)));
        await(reading);
        file.whileReading = () -> {};
        try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
            for (int block : new int[] {3, 5, 60, 90, 120}) ask(gather, block);
            for (int n = 0; n < 3; n++) assertThat(gather.next()).isTrue();
            for (int block : new int[] {3, 60, 120}) assertThat(present(block)).isTrue();
            assertThat(loader.metrics().joined()).isEqualTo(2);
            go.countDown();
            Set<Integer> came = new HashSet<>();
            while (gather.next()) for (int block : new int[] {5, 90}) if (gather.came(id(block))) came.add(block);
            assertThat(came).containsExactlyInAnyOrder(5, 90);
            assertThat(present(5) && present(90)).isTrue();
        }
        others.forEach(Task::join);
        assertThat(file.reads.get()).isEqualTo(5);
    }

    /// The other is let go on only after it has been met here: else whoever is first decides what is counted.
    @Test
    @Timeout(60)
    void whatOthersLoadedInVainCanBeAskedForAgain() {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        file.whileReading = () -> {
            reading.countDown();
            await(go);
        };
        file.flipBit(5);
        Task other = f.seams
                .tasks()
                .spawn(
                        "other",
                        () -> assertThatThrownBy(() -> read(loader, 5)).isInstanceOf(CorruptionException.class));
        await(reading);
        file.whileReading = () -> {};
        try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
            ask(gather, 5);
            ask(gather, 5);
            ask(gather, 90);
            assertThat(gather.next()).isTrue();
            assertThat(gather.came(id(90))).isTrue();
            assertThat(loader.metrics().joined())
                    .as("asked for twice, met once")
                    .isEqualTo(1);
            go.countDown();
            assertThat(gather.next()).isTrue();
            assertThat(gather.came(id(5))).isTrue();
            assertThat(present(5)).isFalse();
            other.join();
            file.flipBit(5);
            ask(gather, 5);
            assertThat(gather.next()).isTrue();
            assertThat(present(5)).isTrue();
            assertThat(gather.next()).isFalse();
        }
    }

    /// Others hold all slots but those that are left to single readers: it takes one of these, as one of them, and when
    /// there is none waits for it.
    @Test
    @Timeout(60)
    void withoutASlotToSpareItReadsWithOneThatItWaitsFor() {
        List<BlockGather> others = new ArrayList<>();
        int block = 0;
        for (int i = 0; i < loader.metrics().slots(); i++) {
            BlockGather other = loader.gather(Lane.FOREGROUND);
            others.add(other);
            for (int n = 0; n < 16; n++) ask(other, block += 2);
        }
        CountDownLatch go = new CountDownLatch(1);
        file.whileReading = () -> await(go);
        List<Task> tasks = new ArrayList<>();
        for (int wanted : new int[] {391, 397})
            tasks.add(f.seams.tasks().spawn("waits", () -> {
                try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
                    ask(gather, wanted);
                    assertThat(gather.next()).isTrue();
                    assertThat(gather.came(id(wanted))).isTrue();
                    assertThat(present(wanted)).isTrue();
                    assertThat(gather.next()).isFalse();
                }
            }));
        while (loader.metrics().slotWaits() == 0) Thread.onSpinWait(); // the timeout is for the case that nobody waits
        go.countDown();
        tasks.forEach(Task::join);
        others.forEach(BlockGather::close);
        assertThat(loader.metrics().slotsBusy()).isZero();
        assertThat(loader.metrics().batchesRefused()).isZero();
    }

    @Test
    void closingEarlyLeavesEverySlotFree() {
        for (int round = 0; round < 3 * loader.metrics().slots(); round++) {
            try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
                for (int block = 0; block < 32; block++) ask(gather, (7 * round + 3 * block) % 400);
                if (round % 2 == 0) gather.next();
            }
        }
        long refused = loader.metrics().batchesRefused();
        try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
            ask(gather, 399);
            gather.next();
        }
        assertThat(loader.metrics().batchesRefused()).isEqualTo(refused);
    }

    /// Gatherers and single readers of the same few blocks, with few slots: all come to their end.
    @Test
    void gatherersAndReadersDoNotWaitForEachOther() {
        List<Task> tasks = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            Random random = new Random(t);
            boolean gathers = t % 2 == 0;
            tasks.add(f.seams.tasks().spawn("task " + t, () -> {
                for (int round = 0; round < 150; round++) {
                    if (!gathers) {
                        read(loader, random.nextInt(120));
                        continue;
                    }
                    try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
                        for (int n = 0; n < 32; n++) {
                            int block = random.nextInt(120);
                            if (!present(block)) ask(gather, block);
                        }
                        while (gather.next()) {}
                    }
                }
            }));
        }
        tasks.forEach(Task::join);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private boolean present(int block) {
        BlockHandle handle = file.handle(block);
        return loader.isPresent(file.file, handle.offset(), handle.rawBytes(), handle.crc());
    }

    private long id(int block) {
        return BlockId.of(file.file, file.handle(block).offset());
    }

    private long ask(BlockGather gather, int block) {
        BlockHandle h = file.handle(block);
        return gather.ask(file.file, h.offset(), h.storedBytes(), h.rawBytes(), h.codec(), h.crc());
    }

    private void read(BlockLoader by, int block) {
        BlockRef ref = new BlockRef();
        for (int attempt = 0; ; attempt++) {
            by.locate(ref, file.file, file.handle(block), attempt);
            boolean holds = BlockFile.holds(ref.address(), block, ref.bytes());
            boolean valid = ref.valid();
            ref.release();
            if (!valid) continue;
            assertThat(holds).as("block %d", block).isTrue();
            return;
        }
    }
}
