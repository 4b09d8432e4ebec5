package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import dev.polder.errors.FileAccessException;
import dev.polder.memory.Memory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [IoBatch] promises, from whichever engine and whichever of its two methods (`elsewhere`).
///
/// One thing: a contract, which an engine keeps whole.
abstract class IoBatchContract extends IoContract {
    private static final int BLOCKS = 64;

    private IoBatch batch(boolean elsewhere, int depth) {
        IoBatch batch = elsewhere ? io.batchElsewhere(depth) : io.batch(depth);
        assertThat(batch.depth()).isBetween(1, depth);
        return batch;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyReadBringsItsOwnBytes(boolean elsewhere) {
        try (IoFile a = open("a", 1);
                IoFile b = open("b", 2);
                IoBatch batch = batch(elsewhere, 8)) {
            Random random = new Random(1);
            int[] first = new int[8];
            int[] blocks = new int[8];
            boolean[] ofB = new boolean[8];
            int started = 0;
            int ended = 0;
            while (ended < 400) {
                int slot = started < batch.depth() ? started : batch.next();
                if (started >= batch.depth()) {
                    ended++;
                    check(batch.result(slot), slot, ofB[slot] ? 2 : 1, first[slot], blocks[slot]);
                }
                if (started++ >= 400) continue;
                ofB[slot] = random.nextBoolean();
                blocks[slot] = 1 + random.nextInt(4);
                first[slot] = random.nextInt(BLOCKS - blocks[slot]);
                batch.read(slot, ofB[slot] ? b : a, (long) first[slot] * BLOCK, at(slot), blocks[slot] * BLOCK);
            }
            assertThat(batch.next()).isEqualTo(-1);
            assertThat(batch.poll()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachSlotIsNamedOnce(boolean elsewhere) {
        try (IoFile file = open("a", 1);
                IoBatch batch = batch(elsewhere, 16)) {
            for (int slot = 0; slot < batch.depth(); slot++) {
                batch.read(slot, file, (long) slot * BLOCK, at(slot), BLOCK);
            }
            assertThat(batch.underWay()).isEqualTo(batch.depth());
            batch.submit();
            BitSet named = new BitSet();
            while (batch.underWay() > 0) {
                int slot = batch.poll();
                if (slot < 0) slot = batch.next();
                assertThat(named.get(slot)).isFalse();
                named.set(slot);
                check(batch.result(slot), slot, 1, slot, 1);
            }
            assertThat(named.cardinality()).isEqualTo(batch.depth());
        }
    }

    /// Reads that were submitted elsewhere end although nobody asks; others when somebody does.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theListenerIsToldOfEachEndOnce(boolean elsewhere) throws Exception {
        try (IoFile file = open("a", 1);
                IoBatch batch = batch(elsewhere, 8)) {
            CountDownLatch ends = new CountDownLatch(batch.depth());
            AtomicIntegerArray told = new AtomicIntegerArray(batch.depth());
            batch.whenEnded(slot -> {
                told.incrementAndGet(slot);
                ends.countDown();
            });
            for (int slot = 0; slot < batch.depth(); slot++) batch.read(slot, file, 0, at(slot), BLOCK);
            batch.submit();
            if (elsewhere) ends.await();
            while (batch.next() >= 0) {}
            for (int slot = 0; slot < batch.depth(); slot++)
                assertThat(told.get(slot)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneStretchCanGoToSeveralPlaces(boolean elsewhere) {
        try (IoFile file = open("a", 1);
                IoBatch batch = batch(elsewhere, 2)) {
            long[] addresses = {-1, at(9), at(3), at(7)};
            int[] bytes = {-1, BLOCK, 2 * BLOCK, BLOCK};
            batch.read(0, file, 5L * BLOCK, addresses, bytes, 1, 3);
            assertThat(batch.next()).isZero();
            assertThat(batch.result(0)).isEqualTo(4 * BLOCK);
            check(BLOCK, 9, 1, 5, 1);
            check(2 * BLOCK, 3, 1, 6, 2);
            check(BLOCK, 7, 1, 8, 1);
            batch.read(0, file, (BLOCKS - 2L) * BLOCK, addresses, bytes, 1, 3);
            assertThat(batch.next()).isZero();
            assertThat(batch.result(0)).as("the file ends").isEqualTo(2 * BLOCK);
            check(BLOCK, 9, 1, BLOCKS - 2, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theEndOfTheFileIsAShortRead(boolean elsewhere) {
        try (IoFile file = open("a", 1);
                IoBatch batch = batch(elsewhere, 4)) {
            int[] expected = {2 * BLOCK, 0, 0, BLOCK};
            long[] blocks = {BLOCKS - 2, BLOCKS, BLOCKS + 100, 0};
            int[] length = {4 * BLOCK, BLOCK, BLOCK, BLOCK};
            for (int slot = 0; slot < batch.depth(); slot++) {
                batch.read(slot, file, blocks[slot] * BLOCK, at(slot), length[slot]);
            }
            for (int slot; (slot = batch.next()) >= 0; ) {
                assertThat(batch.result(slot)).as("slot %d", slot).isEqualTo(expected[slot]);
            }
        }
    }

    @Test
    void aBatchIsNotFullerThanItsDepth() {
        try (IoFile file = open("a", 1);
                IoBatch batch = batch(false, 3)) {
            for (int slot = 0; slot < batch.depth(); slot++) batch.read(slot, file, 0, at(slot), BLOCK);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> batch.read(0, file, 0, at(0), BLOCK));
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> batch.read(batch.depth(), file, 0, at(0), BLOCK));
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> batch.result(0));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> batch.read(0, file, -1, at(0), BLOCK));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> batch.read(0, file, 0, new long[0], new int[0], 0, 0));
            int slots = 0;
            while (batch.next() >= 0) slots++;
            assertThat(slots).isEqualTo(batch.depth());
        }
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> io.batch(0));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> io.batchElsewhere(0));
    }

    /// Makes exactly one of many reads fail: by memory that is not there, or as a simulation likes.
    void startWithOneFailure(IoBatch batch, IoFile file) {
        for (int slot = 0; slot < batch.depth(); slot++) {
            batch.read(slot, file, (long) slot * BLOCK, slot == batch.depth() / 2 ? BLOCK : at(slot), BLOCK);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneOfManyFailsAlone(boolean elsewhere) {
        try (IoFile file = open("a", 1);
                IoBatch batch = batch(elsewhere, 9)) {
            startWithOneFailure(batch, file);
            int failed = 0;
            for (int slot; (slot = batch.next()) >= 0; ) {
                try {
                    check(batch.result(slot), slot, 1, slot, 1);
                } catch (FileAccessException e) {
                    failed++;
                    assertThat(e).hasMessageContaining(directory.resolve("a").toString());
                    int named = slot;
                    assertThatExceptionOfType(FileAccessException.class).isThrownBy(() -> batch.result(named));
                }
            }
            assertThat(failed).isEqualTo(1);
            batch.read(0, file, 0, at(0), BLOCK);
            assertThat(batch.next()).isZero();
            check(batch.result(0), 0, 1, 0, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClosedFileIsRefused(boolean elsewhere) {
        IoFile file = open("a", 1);
        file.close();
        try (IoBatch batch = batch(elsewhere, 1)) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> {
                        batch.read(0, file, 0, at(0), BLOCK);
                        batch.next();
                        batch.result(0);
                    })
                    .withMessageContaining(directory.resolve("a").toString());
        }
    }

    /// A file that takes the place of a closed one in any table of the engine is itself.
    @Test
    void filesComeAndGo() {
        for (int i = 0; i < 40; i++) {
            try (IoFile file = open("f" + i % 3, i + 1);
                    IoFile other = open("g", 100);
                    IoBatch batch = batch(i % 2 == 1, 2)) {
                batch.read(0, file, 3L * BLOCK, at(0), BLOCK);
                if (batch.depth() > 1) batch.read(1, other, 4L * BLOCK, at(1), BLOCK);
                for (int slot; (slot = batch.next()) >= 0; ) {
                    check(batch.result(slot), slot, slot == 0 ? i + 1 : 100, 3 + slot, 1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingLeavesNothingUnderWay(boolean elsewhere) {
        try (IoFile file = open("a", 1)) {
            for (int round = 0; round < 50; round++) {
                IoBatch batch = batch(elsewhere, 8);
                for (int slot = 0; slot < batch.depth(); slot++) batch.read(slot, file, 0, at(slot), 4 * BLOCK);
                if (round % 2 == 0) batch.submit();
                batch.close();
                for (int slot = 0; slot < 8; slot++) Memory.fill(at(slot), 4 * BLOCK, (byte) 0);
                for (int slot = 0; slot < 8; slot++) {
                    assertThat(Memory.bytes(at(slot), 4 * BLOCK)).containsOnly(0);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyWriteBringsItsOwnBytesToItsOwnPlace(boolean elsewhere) {
        Path[] paths = {directory.resolve("a"), directory.resolve("b")};
        byte[][] expected = new byte[2][BLOCKS * BLOCK];
        try (IoFile a = io.open(paths[0], create());
                IoFile b = io.open(paths[1], create());
                IoBatch batch = batch(elsewhere, 8)) {
            Random random = new Random(7);
            int written = 0;
            for (int ended = 0; ended < BLOCKS; ) {
                int slot = written < batch.depth() ? written : batch.next();
                if (written >= batch.depth()) {
                    ended++;
                    assertThat(batch.result(slot)).isEqualTo(2 * BLOCK);
                }
                if (written >= BLOCKS) continue;
                int file = written % 2;
                int first = written / 2 * 2;
                byte[] content = new byte[2 * BLOCK];
                random.nextBytes(content);
                System.arraycopy(content, 0, expected[file], first * BLOCK, 2 * BLOCK);
                Memory.copyIn(content, 0, at(slot), content.length);
                batch.write(slot, file == 0 ? a : b, (long) first * BLOCK, at(slot), 2 * BLOCK);
                written++;
            }
            assertThat(batch.next()).isEqualTo(-1);
            assertThat(readAll(a, 0, BLOCKS * BLOCK)).isEqualTo(expected[0]);
            assertThat(readAll(b, 0, BLOCKS * BLOCK)).isEqualTo(expected[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneStretchCanComeFromSeveralPlaces(boolean elsewhere) {
        try (IoFile file = io.open(directory.resolve("a"), create());
                IoBatch batch = batch(elsewhere, 1)) {
            long[] addresses = {-1, at(9), at(3), at(7)};
            int[] bytes = {-1, BLOCK, 2 * BLOCK, BLOCK};
            int[] values = {0, 1, 2, 3};
            for (int i = 1; i < 4; i++) Memory.fill(addresses[i], bytes[i], (byte) values[i]);
            batch.write(0, file, 3L * BLOCK, addresses, bytes, 1, 3);
            assertThat(batch.next()).isZero();
            assertThat(batch.result(0)).isEqualTo(4 * BLOCK);
            byte[] found = readAll(file, 0, 7 * BLOCK);
            int[] blocks = {0, 0, 0, 1, 2, 2, 3};
            for (int block = 0; block < 7; block++) {
                assertThat(Arrays.copyOfRange(found, block * BLOCK, (block + 1) * BLOCK))
                        .as("block %d", block)
                        .containsOnly(blocks[block]);
            }
        }
    }

    /// Reads of one place and writes to another do not disturb each other.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsAndWritesMix(boolean elsewhere) {
        try (IoFile from = open("a", 1);
                IoFile to = io.open(directory.resolve("b"), create());
                IoBatch batch = batch(elsewhere, 8)) {
            boolean[] isWrite = new boolean[8];
            for (int block = 0; block < BLOCKS; block += batch.depth()) {
                for (int slot = 0; slot < batch.depth(); slot++) {
                    batch.read(slot, from, (long) (block + slot) * BLOCK, at(slot), BLOCK);
                }
                for (int slot; (slot = batch.next()) >= 0; ) {
                    if (batch.result(slot) != BLOCK) fail("slot " + slot);
                    isWrite[slot] = !isWrite[slot];
                    if (isWrite[slot]) {
                        batch.write(slot, to, (long) (block + slot) * BLOCK, at(slot), BLOCK);
                    }
                }
            }
            byte[] found = readAll(to, 0, BLOCKS * BLOCK);
            for (int block = 0; block < BLOCKS; block++) {
                assertThat(Arrays.copyOfRange(found, block * BLOCK, (block + 1) * BLOCK))
                        .isEqualTo(content(1, block));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileOpenedForReadingIsNotWritten(boolean elsewhere) {
        try (IoFile file = open("a", 1);
                IoBatch batch = batch(elsewhere, 1)) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> {
                        batch.write(0, file, 0, at(0), BLOCK);
                        batch.next();
                        batch.result(0);
                    })
                    .withMessageContaining(directory.resolve("a").toString());
        }
        try (IoFile file = io.open(directory.resolve("a"), read())) {
            assertThat(readAll(file, 0, BLOCK)).isEqualTo(content(1, 0));
        }
    }

    /// Makes exactly one of many writes fail: by memory that is not there, or as a simulation likes.
    void startWithOneFailedWrite(IoBatch batch, IoFile file) {
        for (int slot = 0; slot < batch.depth(); slot++) {
            batch.write(slot, file, (long) slot * BLOCK, slot == batch.depth() / 2 ? BLOCK : at(slot), BLOCK);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneOfManyWritesFailsAlone(boolean elsewhere) {
        try (IoFile file = io.open(directory.resolve("a"), create());
                IoBatch batch = batch(elsewhere, 9)) {
            for (int slot = 0; slot < 9; slot++) Memory.fill(at(slot), BLOCK, (byte) (slot + 1));
            file.truncate(9L * BLOCK);
            startWithOneFailedWrite(batch, file);
            BitSet failed = new BitSet();
            for (int slot; (slot = batch.next()) >= 0; ) {
                try {
                    assertThat(batch.result(slot)).isEqualTo(BLOCK);
                } catch (FileAccessException e) {
                    failed.set(slot);
                    assertThat(e).hasMessageContaining(directory.resolve("a").toString());
                }
            }
            assertThat(failed.cardinality()).isEqualTo(1);
            byte[] found = readAll(file, 0, 9 * BLOCK);
            for (int slot = 0; slot < batch.depth(); slot++) {
                assertThat(found[slot * BLOCK]).isEqualTo((byte) (failed.get(slot) ? 0 : slot + 1));
            }
        }
    }

    /// Afterwards the memory is the owner's again: what he puts there is not in the file.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingLeavesNoWriteUnderWay(boolean elsewhere) {
        try (IoFile file = io.open(directory.resolve("a"), create())) {
            for (int round = 0; round < 50; round++) {
                IoBatch batch = batch(elsewhere, 8);
                for (int slot = 0; slot < batch.depth(); slot++) {
                    Memory.fill(at(slot), BLOCK, (byte) 1);
                    batch.write(slot, file, (long) slot * BLOCK, at(slot), BLOCK);
                }
                if (round % 2 == 0) batch.submit();
                batch.close();
                for (int slot = 0; slot < 8; slot++) Memory.fill(at(slot), BLOCK, (byte) 2);
            }
            for (int at = 0; at < file.size(); at += BLOCK) {
                int there = (int) Math.min(BLOCK, file.size() - at);
                for (byte b : readAll(file, at, there)) if (b == 2) fail("a byte that was written too late");
            }
        }
    }

    @Test
    void aThreadMayHaveSeveralBatches() {
        try (IoFile file = open("a", 1);
                IoBatch one = batch(false, 2);
                IoBatch two = batch(false, 2)) {
            one.read(0, file, 0, at(0), BLOCK);
            two.read(0, file, 7L * BLOCK, at(1), BLOCK);
            one.submit();
            assertThat(two.next()).isZero();
            assertThat(one.next()).isZero();
            check(one.result(0), 0, 1, 0, 1);
            check(two.result(0), 1, 1, 7, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void interruptsDoNoHarmToBatches(boolean elsewhere) {
        try (IoFile file = open("a", 1);
                IoBatch batch = batch(elsewhere, 4)) {
            for (int round = 0; round < 100; round++) {
                Thread.currentThread().interrupt();
                for (int slot = 0; slot < batch.depth(); slot++) {
                    batch.read(slot, file, (long) slot * BLOCK, at(slot), BLOCK);
                }
                for (int slot; (slot = batch.next()) >= 0; ) check(batch.result(slot), slot, 1, slot, 1);
                assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
            }
        }
    }

    /// Threads of both kinds, more than any engine has rings or helpers; some batches go from hand to hand.
    @Test
    void anyNumberOfThreadsReadsInBatches() throws Exception {
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        try (IoFile file = open("a", 1)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 48; t++) {
                int number = t;
                Thread.Builder kind = t % 3 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
                threads.add(kind.unstarted(() -> {
                    try (Space own = new Space(4 * BLOCK)) {
                        readMany(file, own, number);
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) thread.join();
        }
        assertThat(failures).isEmpty();
    }

    private void readMany(IoFile file, Space own, int number) throws InterruptedException {
        Random random = new Random(number);
        for (int round = 0; round < 10; round++) {
            boolean elsewhere = number % 2 == 0;
            try (IoBatch batch = batch(elsewhere, 4)) {
                int[] block = new int[4];
                for (int slot = 0; slot < batch.depth(); slot++) {
                    block[slot] = random.nextInt(BLOCKS);
                    batch.read(slot, file, (long) block[slot] * BLOCK, own.address() + (long) slot * BLOCK, BLOCK);
                }
                Runnable wait = () -> {
                    for (int slot; (slot = batch.next()) >= 0; ) {
                        assertThat(batch.result(slot)).isEqualTo(BLOCK);
                        byte[] found = Memory.bytes(own.address() + (long) slot * BLOCK, BLOCK);
                        if (!Arrays.equals(found, content(1, block[slot]))) fail("block " + block[slot]);
                    }
                };
                if (!elsewhere || round > 0) wait.run();
                else {
                    Throwable[] failure = new Throwable[1];
                    Thread other = Thread.ofVirtual().unstarted(wait);
                    other.setUncaughtExceptionHandler((_, e) -> failure[0] = e);
                    other.start();
                    other.join();
                    assertThat(failure[0]).isNull();
                }
            }
        }
    }

    /// Opens a file of [#BLOCKS] blocks, each of its own content.
    private IoFile open(String name, int seed) {
        Path path = directory.resolve(name);
        try (IoFile created = io.open(path, create())) {
            byte[] all = new byte[BLOCKS * BLOCK];
            for (int block = 0; block < BLOCKS; block++) {
                System.arraycopy(content(seed, block), 0, all, block * BLOCK, BLOCK);
            }
            writeAll(created, 0, all);
        }
        return io.open(path, read());
    }

    private static byte[] content(int seed, int block) {
        byte[] content = new byte[BLOCK];
        new Random(seed * 1000L + block).nextBytes(content);
        return content;
    }

    /// Four blocks of memory of its own for each slot.
    final long at(int slot) {
        return space.address() + slot * 4L * BLOCK;
    }

    private void check(int result, int slot, int seed, int first, int blocks) {
        assertThat(result).as("slot %d", slot).isEqualTo(blocks * BLOCK);
        for (int i = 0; i < blocks; i++) {
            assertThat(Memory.bytes(at(slot) + (long) i * BLOCK, BLOCK)).isEqualTo(content(seed, first + i));
        }
    }
}
