package dev.polder.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.io.IoBatch;
import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import dev.polder.io.SerialBatch;
import dev.polder.io.Space;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Writes of a [DiskBatch]; what they share with reads is in [DiskBatchTest].
class DiskBatchWritesTest extends DiskWorld {
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 256;

    DiskBatchWritesTest() {
        super(BLOCKS * BLOCK);
    }

    @BeforeEach
    void fillSpace() {
        byte[] all = new byte[BLOCKS * BLOCK];
        new Random(1).nextBytes(all);
        space.put(all);
    }

    /// A file in pieces of random sizes in random order, from both kinds of batches, on every engine of this machine.
    @ParameterizedTest
    @ValueSource(strings = {"simulated", "portable", "posix", "best"})
    void everyStretchIsWhereItBelongs(String engine, @TempDir Path temporary) {
        IoEngine io = engine(engine);
        try (Disk real = new Disk(io, Seams.system(), DiskConfig.DEFAULT)) {
            real.createDirectories(temporary);
            for (int seed = 0; seed < 20; seed++) {
                DiskFile file = real.create(temporary.resolve("f" + seed), true);
                try (DiskBatch batch =
                        seed % 2 == 0 ? real.batch(Lane.MERGE, 16) : real.batchElsewhere(Lane.MERGE, 16)) {
                    for (int[] piece : pieces(seed)) {
                        if (batch.room() == 0) batch.result(batch.next());
                        batch.write(file, at(piece[0]), space.address() + at(piece[0]), piece[1] * BLOCK);
                    }
                    for (int request; (request = batch.next()) >= 0; ) batch.result(request);
                }
                check(file, seed);
                file.close();
            }
            assertThat(real.metrics().lane("merge").merged()).isPositive();
            assertThat(real.metrics().lane("merge").bytesWritten()).isEqualTo(20L * BLOCKS * BLOCK);
        } finally {
            io.close();
        }
    }

    @Test
    void shortAndDisturbedWritesAreMadeWhole() {
        for (int seed = 0; seed < 50; seed++) {
            io.shortTransfers(seed);
            io.batchOrder(seed);
            for (int n = 1; n < 9; n += 3) {
                io.failNth(IoKind.WRITE, n, Repeat.ONCE, seed % 2 == 0 ? IoFault.EINTR : IoFault.EAGAIN);
            }
            DiskFile file = disk.create(A, true);
            try (DiskBatch batch = seed % 2 == 0 ? disk.batch(Lane.MERGE, 8) : disk.batchElsewhere(Lane.MERGE, 8)) {
                for (int[] piece : pieces(seed)) {
                    if (batch.room() == 0) batch.result(batch.next());
                    batch.write(file, at(piece[0]), space.address() + at(piece[0]), piece[1] * BLOCK);
                }
                for (int request; (request = batch.next()) >= 0; ) batch.result(request);
            }
            io.clearFaults();
            check(file, seed);
            file.close();
        }
        assertThat(disk.metrics().retries()).isPositive();
    }

    /// All requests of the transfer fail, others may not; the file refuses from then on, and its bytes are not tried
    /// again.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailedWritePoisonsItsFile(boolean elsewhere) {
        DiskFile a = disk.create(A, true);
        DiskFile b = disk.create(STORE.resolve("b"), true);
        io.failNth(IoKind.WRITE, 1, Repeat.ONCE, IoFault.EIO, "b");
        try (DiskBatch batch = elsewhere ? disk.batchElsewhere(Lane.MERGE, 4) : disk.batch(Lane.MERGE, 4)) {
            int good = batch.write(a, 0, space.address(), BLOCK);
            int first = batch.write(b, 0, space.address(), BLOCK);
            int second = batch.write(b, BLOCK, space.address() + 8 * BLOCK, BLOCK);
            long before = io.count(IoKind.WRITE);
            while (batch.next() >= 0) {}
            assertThat(io.count(IoKind.WRITE) - before).isEqualTo(2);
            assertThat(batch.result(good)).isEqualTo(BLOCK);
            for (int failed : new int[] {first, second}) {
                assertThatExceptionOfType(FileAccessException.class)
                        .isThrownBy(() -> batch.result(failed))
                        .withMessageContaining(b.path().toString());
            }
            int refused = batch.write(b, 0, space.address(), BLOCK);
            assertThat(batch.next()).isEqualTo(refused);
            assertThatExceptionOfType(StoreFailedException.class).isThrownBy(() -> batch.result(refused));
        }
        assertThat(a.poison()).isNull();
        assertThat(b.poison()).isInstanceOf(FileAccessException.class);
        assertThatExceptionOfType(StoreFailedException.class).isThrownBy(() -> b.sync(Lane.MERGE));
    }

    /// Nobody asks for the result: the file must know all the same.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailedWritePoisonsItsFileEvenIfTheBatchIsJustClosed(boolean elsewhere) {
        DiskFile file = disk.create(A, true);
        io.failNth(IoKind.WRITE, 1, Repeat.FOREVER, IoFault.EIO);
        try (DiskBatch batch = elsewhere ? disk.batchElsewhere(Lane.MERGE, 4) : disk.batch(Lane.MERGE, 4)) {
            batch.write(file, 0, space.address(), BLOCK);
            batch.submit();
        }
        assertThat(file.poison()).isInstanceOf(FileAccessException.class);
    }

    /// Not what a device says: a thread had no memory, or made a mistake. Nobody knows what was written.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whateverEndsAWriteThatFailsItPoisonsItsFile(boolean asked) {
        DiskFile file = disk.create(A, true);
        RuntimeException ours = new IllegalStateException("an I/O thread failed");
        LaneGate gate = disk.lane(Lane.MERGE);
        IoBatch failing = new SerialBatch(4, true, new SerialBatch.Simulation() {
            @Override
            public int write(int slot, IoFile written, long position, long address, int bytes) {
                throw ours;
            }
        });
        try (DiskBatch batch = new DiskBatch(gate, failing, 4)) {
            batch.write(file, 0, space.address(), BLOCK);
            batch.write(file, 2 * BLOCK, space.address(), BLOCK);
            batch.submit();
            while (asked && batch.next() >= 0) {}
        }
        assertThat(file.poison()).isSameAs(ours);
        assertThatExceptionOfType(StoreFailedException.class).isThrownBy(() -> file.sync(Lane.MERGE));
        file.close();
    }

    /// An error ends the batch before its writes were heard of.
    @Test
    void aWriteThatNobodyHeardOfPoisonsItsFile() {
        DiskFile file = disk.create(A, true);
        DiskFile other = disk.create(STORE.resolve("b"), true);
        DiskBatch batch = new DiskBatch(
                disk.lane(Lane.MERGE),
                new SerialBatch(4, false, new SerialBatch.Simulation() {
                    @Override
                    public int write(int slot, IoFile written, long position, long address, int bytes) {
                        throw new OutOfMemoryError("once");
                    }
                }),
                4);
        batch.write(file, 0, space.address(), BLOCK);
        batch.write(other, 0, space.address(), BLOCK);
        batch.submit();
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(batch::close);
        assertThat(file.poison()).isInstanceOf(OutOfMemoryError.class);
        assertThat(other.poison()).isInstanceOf(OutOfMemoryError.class);
        file.close();
        other.close();
    }

    @Test
    void aFullDeviceFailsTheWriteAndNotTheFile() {
        DiskFile file = disk.create(A, true);
        io.capacity(io.usedBytes());
        try (DiskBatch batch = disk.batch(Lane.MERGE, 1)) {
            int request = batch.write(file, 0, space.address(), 4 * BLOCK);
            assertThat(batch.next()).isEqualTo(request);
            assertThatExceptionOfType(OutOfSpaceException.class).isThrownBy(() -> batch.result(request));
            assertThat(file.poison()).isNull();
            io.capacity(io.usedBytes() + 2 * BLOCK); // room for a part: what is there of the range is not known then
            assertThat(batch.write(file, 0, space.address(), 4 * BLOCK)).isEqualTo(request);
            assertThat(batch.next()).isEqualTo(request);
            assertThatExceptionOfType(OutOfSpaceException.class).isThrownBy(() -> batch.result(request));
            assertThat(file.poison()).isInstanceOf(OutOfSpaceException.class);
        }
    }

    /// Each write of a batch failing in turn: either all is there, or somebody was told.
    @ParameterizedTest
    @ValueSource(strings = {"EIO", "ENOSPC", "EINTR", "EAGAIN", "SHORT"})
    void whicheverWriteFailsSomebodyIsTold(String fault) {
        for (int n = 1; ; n++) {
            DiskFile file = disk.create(A, true);
            io.batchOrder(n);
            io.failNth(IoKind.WRITE, n, Repeat.ONCE, IoFault.valueOf(fault));
            long before = io.count(IoKind.WRITE);
            int told = 0;
            try (DiskBatch batch = disk.batchElsewhere(Lane.MERGE, 6)) {
                for (int i = 0; i < 6; i++) batch.write(file, at(i * 2), space.address() + at(i * 2), BLOCK);
                for (int request; (request = batch.next()) >= 0; ) {
                    try {
                        batch.result(request);
                    } catch (PolderException e) {
                        told++;
                    }
                }
            }
            boolean hit = io.count(IoKind.WRITE) - before >= n;
            boolean fatal = fault.equals("EIO") || fault.equals("ENOSPC");
            io.clearFaults();
            assertThat(told > 0).as("write %d", n).isEqualTo(hit && fatal);
            assertThat(file.poison() != null).as("write %d", n).isEqualTo(hit && fault.equals("EIO"));
            file.close();
            if (!hit) return;
        }
    }

    /// Of one to eight blocks, in random order, without gaps.
    private static List<int[]> pieces(int seed) {
        Random random = new Random(seed);
        List<int[]> pieces = new ArrayList<>();
        for (int first = 0; first < BLOCKS; ) {
            int blocks = Math.min(1 + random.nextInt(8), BLOCKS - first);
            pieces.add(new int[] {first, blocks});
            first += blocks;
        }
        if (seed % 3 > 0) Collections.shuffle(pieces, random);
        return pieces;
    }

    private static long at(int block) {
        return (long) block * BLOCK;
    }

    private void check(DiskFile file, int seed) {
        assertThat(file.size()).isEqualTo(BLOCKS * BLOCK);
        try (Space found = new Space(BLOCKS * BLOCK)) {
            file.read(0, found.address(), BLOCKS * BLOCK, Lane.FOREGROUND);
            assertThat(Memory.compare(found.address(), BLOCKS * BLOCK, space.address(), BLOCKS * BLOCK))
                    .as("seed %d", seed)
                    .isZero();
        }
    }
}
