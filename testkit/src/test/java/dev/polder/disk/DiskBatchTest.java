package dev.polder.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.errors.FileAccessException;
import dev.polder.io.IoEngine;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskBatchTest extends DiskWorld {
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 256;

    DiskBatchTest() {
        super(4 << 20);
    }

    /// Random requests of random sizes, more than any bound lets under way, on every engine of this machine.
    @ParameterizedTest
    @ValueSource(strings = {"simulated", "portable", "posix", "best"})
    void everyRequestBringsItsOwnBytes(String engine, @TempDir Path temporary) {
        IoEngine io = engine(engine);
        try (Disk real = new Disk(io, Seams.system(), DiskConfig.DEFAULT)) {
            real.createDirectories(temporary);
            DiskFile a = filled(real, temporary.resolve("a"), 1);
            DiskFile b = filled(real, temporary.resolve("b"), 2);
            for (long seed = 0; seed < 20; seed++) {
                boolean elsewhere = seed % 2 == 1;
                try (DiskBatch reads =
                        elsewhere ? real.batchElsewhere(Lane.READ_AHEAD, 40) : real.batch(Lane.FOREGROUND, 40)) {
                    randomRequests(reads, a, b, seed);
                }
            }
            assertThat(real.metrics().lane("foreground").merged()).isPositive();
            assertThat(real.metrics().lane("read-ahead").reads()).isPositive();
        } finally {
            io.close();
        }
    }

    private void randomRequests(DiskBatch reads, DiskFile a, DiskFile b, long seed) {
        Random random = new Random(seed);
        Deque<Integer> places = new ArrayDeque<>();
        for (int place = 0; place < 40; place++) places.add(place);
        Request[] requests = new Request[40];
        int started = 0;
        int ended = 0;
        while (ended < 200) {
            while (reads.room() > 0 && started < 200 && random.nextInt(12) > 0) {
                int seedOfFile = 1 + random.nextInt(2);
                var request =
                        new Request(seedOfFile, random.nextInt(BLOCKS), 1 + random.nextInt(3), places.removeFirst());
                DiskFile file = seedOfFile == 1 ? a : b;
                int number = reads.read(file, (long) request.first * BLOCK, at(request.place), request.blocks * BLOCK);
                assertThat(requests[number]).isNull();
                requests[number] = request;
                started++;
            }
            int number = random.nextBoolean() ? reads.poll() : reads.next();
            if (number < 0) continue;
            Request request = requests[number];
            requests[number] = null;
            int blocks = Math.min(request.blocks, BLOCKS - request.first);
            assertThat(reads.result(number)).as("seed %d", seed).isEqualTo(blocks * BLOCK);
            check(request.place, request.seed, request.first, blocks);
            places.add(request.place);
            ended++;
        }
        assertThat(reads.next()).isEqualTo(-1);
    }

    private record Request(int seed, int first, int blocks, int place) {}

    @Test
    void neighboursGoTogether() {
        DiskFile file = filled(disk, A, 1);
        long before = io.count(IoKind.READ);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 64; i++) order.add(i);
        Collections.shuffle(order, new Random(1));
        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 64)) {
            for (int i : order) reads.read(file, (long) (i + 5) * BLOCK, space.address() + (long) i * BLOCK, BLOCK);
            assertThat(drain(reads)).isEqualTo(64L * BLOCK);
        }
        for (int i = 0; i < 64; i++) {
            assertThat(Memory.bytes(space.address() + (long) i * BLOCK, BLOCK)).isEqualTo(content(1, i + 5));
        }
        assertThat(io.count(IoKind.READ) - before)
                .as("neighbours in memory too: one read")
                .isEqualTo(1);
        assertThat(disk.metrics().lane("foreground").merged()).isEqualTo(63);
        assertThat(disk.metrics().lane("foreground").bytesRead()).isEqualTo(64L * BLOCK);
    }

    @Test
    void neighboursGoTogetherWhereverTheyGoInMemoryUpToAMebibyte() {
        DiskFile file = filled(disk, A, 1);
        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 20)) {
            for (int i = 0; i < 20; i++) {
                reads.read(file, (long) i * 16 * BLOCK, space.address() + (19L - i) * 16 * BLOCK, 16 * BLOCK);
            }
            assertThat(drain(reads)).isEqualTo((long) BLOCKS * BLOCK);
        }
        for (int i = 0; i < 16; i++) {
            assertThat(Memory.bytes(space.address() + (19L - i) * 16 * BLOCK, BLOCK))
                    .isEqualTo(content(1, i * 16));
        }
        // The file has 256 blocks: 16 requests are a mebibyte, and the four beyond its end are neighbours too.
        assertThat(disk.metrics().lane("foreground").reads()).isEqualTo(2);
        assertThat(disk.metrics().lane("foreground").merged()).isEqualTo(18);
    }

    @Test
    void shortAndDisturbedTransfersAreMadeWhole() {
        DiskFile file = filled(disk, A, 1);
        for (int seed = 0; seed < 50; seed++) {
            io.shortTransfers(seed);
            io.batchOrder(seed);
            for (int n = 1; n < 9; n += 3) {
                io.failNth(IoKind.READ, n, Repeat.ONCE, seed % 2 == 0 ? IoFault.EINTR : IoFault.EAGAIN);
            }
            Random random = new Random(seed);
            int[] first = new int[8];
            try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 8)) {
                for (int i = 0; i < 8; i++) {
                    first[i] = i < 4 ? 10 + 4 * i : random.nextInt(BLOCKS - 4);
                    reads.read(file, (long) first[i] * BLOCK, at(i), 4 * BLOCK);
                }
                assertThat(drain(reads)).as("seed %d", seed).isEqualTo(32L * BLOCK);
            }
            for (int i = 0; i < 8; i++) check(i, 1, first[i], 4);
            io.clearFaults();
        }
        assertThat(disk.metrics().retries()).isPositive();
    }

    @Test
    void oneOfManyFailsAloneAndNamesItsFile() {
        DiskFile a = filled(disk, A, 1);
        DiskFile b = filled(disk, STORE.resolve("b"), 2);
        io.failNth(IoKind.READ, 1, Repeat.FOREVER, IoFault.EIO, "b");
        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 16)) {
            BitSet ofB = new BitSet();
            for (int i = 0; i < 16; i++) {
                int request = reads.read(i % 2 == 0 ? a : b, (long) i / 2 * BLOCK, at(i), BLOCK);
                if (i % 2 == 1) ofB.set(request);
            }
            for (int request; (request = reads.next()) >= 0; ) {
                int number = request;
                if (!ofB.get(number)) assertThat(reads.result(number)).isEqualTo(BLOCK);
                else {
                    assertThatExceptionOfType(FileAccessException.class)
                            .isThrownBy(() -> reads.result(number))
                            .withMessageContaining(b.path().toString());
                }
            }
            assertThat(reads.room()).isEqualTo(16);
        }
        for (int i = 0; i < 16; i += 2) check(i, 1, i / 2, 1);
    }

    /// What a merged transfer met is found out for each of its requests: here the disk is well again by then.
    @Test
    void aMergedTransferThatFailsIsReadInParts() {
        DiskFile file = filled(disk, A, 1);
        io.failNth(IoKind.READ, 1, Repeat.ONCE, IoFault.EIO);
        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 8)) {
            for (int i = 0; i < 8; i++) reads.read(file, (long) i * BLOCK, space.address() + (long) i * BLOCK, BLOCK);
            assertThat(drain(reads)).isEqualTo(8L * BLOCK);
        }
    }

    @Test
    void theEndOfTheFileIsAShortResult() {
        DiskFile file = disk.create(A, true);
        file.write(0, space.address(), 2 * BLOCK, Lane.MERGE);
        file.truncate(5000);
        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 3)) {
            int first = reads.read(file, 0, at(0), BLOCK);
            int second = reads.read(file, BLOCK, at(1), BLOCK);
            int third = reads.read(file, 2 * BLOCK, at(2), BLOCK);
            while (reads.poll() < 0) {}
            while (reads.next() >= 0) {}
            assertThat(reads.result(first)).isEqualTo(BLOCK);
            assertThat(reads.result(second)).isEqualTo(5000 - BLOCK);
            assertThat(reads.result(third)).isZero();
        }
    }

    @Test
    void aFileMayBeClosedWhileItIsReadButNotBefore() {
        DiskFile file = filled(disk, A, 1);
        DiskFile gone = filled(disk, STORE.resolve("gone"), 2);
        gone.close();
        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 2)) {
            int good = reads.read(file, 0, at(0), BLOCK);
            int bad = reads.read(gone, 0, at(1), BLOCK);
            reads.submit();
            file.close();
            assertThat(io.openHandles()).as("held by the read").hasSize(1);
            while (reads.next() >= 0) {}
            assertThat(io.openHandles()).isEmpty();
            assertThat(reads.result(good)).isEqualTo(BLOCK);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> reads.result(bad))
                    .withMessageContaining("gone");
        }
        check(0, 1, 0, 1);
    }

    @Test
    void closingDropsWhatWasNotDone() {
        DiskFile file = filled(disk, A, 1);
        for (boolean elsewhere : new boolean[] {false, true}) {
            DiskBatch reads = elsewhere ? disk.batchElsewhere(Lane.SCRUB, 9) : disk.batch(Lane.SCRUB, 9);
            for (int i = 0; i < 9; i++) reads.read(file, 2L * i * BLOCK, at(i), BLOCK);
            reads.submit();
            reads.close();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> reads.read(file, 0, at(0), BLOCK));
        }
        file.read(0, at(0), BLOCK, Lane.SCRUB); // the lane's only place is free
        file.close();
        assertThat(io.openHandles()).isEmpty();
    }

    @Test
    void thereAreAsManyRequestsAsWereAskedFor() {
        DiskFile file = filled(disk, A, 1);
        for (int requests : new int[] {0, DiskBatch.REQUESTS_MAX + 1}) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> disk.batch(Lane.FOREGROUND, requests));
        }
        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 1)) {
            int only = reads.read(file, 0, at(0), BLOCK);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> reads.read(file, 0, at(1), BLOCK));
            assertThat(reads.next()).isEqualTo(only);
            assertThat(reads.result(only)).isEqualTo(BLOCK);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> reads.result(only));
        }
    }

    /// Batches and single reads on a lane of one place, every owner with both at once, one that never comes back
    /// for what the engine's threads read for him: nobody waits for ever, and the bound holds.
    @Test
    void nobodyWaitsForEver() {
        for (long seed = 0; seed < 60; seed++) {
            SimulatedTasks.run(seed, tasks -> {
                SimulatedIo io = new SimulatedIo();
                io.createDirectories(STORE);
                var config = DiskConfig.DEFAULT.withLane(
                        Lane.FOREGROUND, lane -> lane.withInFlightMax(1).withWaitMillisMax(0));
                Disk disk = new Disk(io, tasks.seams(), config);
                DiskFile file = filled(disk, A, 1);
                tasks.attach(io);
                DiskBatch forgotten = disk.batchElsewhere(Lane.FOREGROUND, 4);
                for (int i = 0; i < 4; i++) forgotten.read(file, 2L * i * BLOCK, at(90 + i), BLOCK);
                forgotten.submit();
                List<Task> readers = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    int number = t;
                    readers.add(tasks.spawn("reader " + t, () -> {
                        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 4)) {
                            for (int i = 0; i < 8; i++) {
                                while (reads.room() == 0) reads.result(reads.next());
                                reads.read(file, 2L * i * BLOCK, at(8 * number + i), BLOCK);
                                reads.submit();
                                if (i % 3 == 0) file.read(0, at(80 + number), BLOCK, Lane.FOREGROUND);
                            }
                            for (int request; (request = reads.next()) >= 0; ) reads.result(request);
                        }
                        for (int i = 0; i < 8; i++) check(8 * number + i, 1, 2 * i, 1);
                    }));
                }
                for (Task reader : readers) reader.join();
                forgotten.close();
                disk.close();
            });
        }
    }

    private long drain(DiskBatch reads) {
        long sum = 0;
        for (int request; (request = reads.next()) >= 0; ) sum += reads.result(request);
        return sum;
    }

    private DiskFile filled(Disk disk, Path path, int seed) {
        DiskFile file = disk.create(path, true);
        byte[] all = new byte[BLOCKS * BLOCK];
        for (int block = 0; block < BLOCKS; block++)
            System.arraycopy(content(seed, block), 0, all, block * BLOCK, BLOCK);
        file.write(0, space.put(all), all.length, Lane.MERGE);
        file.sync(Lane.MERGE);
        return file;
    }

    private static byte[] content(int seed, int block) {
        byte[] content = new byte[BLOCK];
        new Random(seed * 1000L + block).nextBytes(content);
        return content;
    }

    /// Four blocks of memory of its own for each place.
    private long at(int place) {
        return space.address() + place * 4L * BLOCK;
    }

    private void check(int place, int seed, int first, int blocks) {
        for (int i = 0; i < blocks; i++) {
            assertThat(Memory.bytes(at(place) + (long) i * BLOCK, BLOCK)).isEqualTo(content(seed, first + i));
        }
    }
}
