package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.errors.FileAccessException;
import dev.polder.runtime.Seams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A kernel that is short of memory, refuses calls, or is slow: whatever comes of it, each transfer ends once, and a
/// ring is not used by others before it has.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class RingShortageTest {
    private static final int BLOCK = 4096, BLOCKS = 64;

    private final Space space = new Space((long) BLOCKS * BLOCK);
    /// What the next calls are answered with; 0 and later ones by the kernel.
    private final Queue<Integer> errors = new ArrayDeque<>();
    private boolean slow;
    private int swallowed;
    private int waits;

    private IoEngine io;
    private Ring holder;
    private Rings rings;
    private IoFile file;

    @BeforeEach
    void openFile(@TempDir Path directory) throws Exception {
        try (IoEngine probed = IoEngines.uring()) {
            assumeTrue(probed.name().equals("uring"), probed.describe());
        }
        byte[] all = new byte[BLOCKS * BLOCK];
        for (int i = 0; i < BLOCKS; i++) Arrays.fill(all, i * BLOCK, (i + 1) * BLOCK, (byte) (i + 1));
        Files.write(directory.resolve("a"), all);
        io = IoEngines.posix();
        file = io.open(directory.resolve("a"), IoEngine.OpenMode.WRITE);
        holder = Ring.open(1, 2, false);
        Seams seams = Seams.system();
        rings = new Rings(seams.tasks(), new RingBuffers(holder), 4, new Polling(seams.clock(), 0), this::enter);
    }

    @AfterEach
    void closeAll() {
        if (io == null) return;
        rings.close();
        holder.close();
        file.close();
        io.close();
        space.close();
    }

    /// A slow kernel takes submissions at once and moves nothing before somebody waits.
    private long enter(int fd, int submit, int complete, int flags) {
        if (complete > 0) waits++;
        Integer error = errors.poll();
        if (error != null && error != 0) return -error;
        if (slow && complete == 0) {
            swallowed += submit;
            return submit;
        }
        long taken = Uring.enter(fd, submit + swallowed, complete, flags);
        assertThat(taken).isEqualTo(submit + swallowed);
        swallowed = 0;
        return submit;
    }

    private void read(IoBatch batch, int slot, int block) {
        batch.read(slot, file, (long) block * BLOCK, space.address() + (long) block * BLOCK, BLOCK);
    }

    private List<Integer> ended(IoBatch batch) {
        List<Integer> slots = new ArrayList<>();
        for (int slot; (slot = batch.next()) >= 0; slots.add(slot))
            assertThat(batch.result(slot)).isEqualTo(BLOCK);
        return slots;
    }

    private byte firstOf(int block) {
        return space.bytes(BLOCKS * BLOCK)[block * BLOCK];
    }

    /// The eighth makes the batch hand over what it has. The next user of the ring hears of nothing but its own.
    @ParameterizedTest
    @ValueSource(ints = {11 /* EAGAIN */, Errno.EBUSY, Errno.EBADF})
    void aRefusedHandOverLeavesNothingForTheNextBatch(int error) {
        RingBatch first = rings.batchOrNull(32);
        errors.add(error);
        for (int slot = 0; slot < 8; slot++) read(first, slot, slot);
        assertThat(errors).as("the eighth was handed over").isEmpty();
        assertThat(first.underWay()).isEqualTo(8);
        first.close();

        try (RingBatch second = rings.batchOrNull(32)) {
            read(second, 20, 40);
            assertThat(ended(second)).containsExactly(20);
            assertThat(firstOf(40)).isEqualTo((byte) 41);
        }
        assertThat(rings.describe()).startsWith("1 of 4 rings, " + (error == Errno.EBADF ? 2 : 1) + " made");
    }

    /// What the kernel does not take is read without it.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aShortageThatLastsMakesTransfersSlowNotFail(boolean polled) {
        errors.addAll(Collections.nCopies(10_000, Errno.EAGAIN));
        try (RingBatch batch = rings.batchOrNull(32)) {
            for (int slot = 0; slot < 20; slot++) read(batch, slot, slot);
            batch.submit();
            if (polled) {
                for (int n = 20; n > 0; n--) assertThat(batch.poll()).isNotNegative();
            } else {
                assertThat(ended(batch)).hasSize(20).doesNotHaveDuplicates();
            }
            for (int block = 0; block < 20; block++) assertThat(firstOf(block)).isEqualTo((byte) (block + 1));
            errors.clear();
            read(batch, 5, 30);
            assertThat(ended(batch)).containsExactly(5);
            assertThat(firstOf(30)).isEqualTo((byte) 31);
        }
        assertThat(rings.describe()).startsWith("1 of 4 rings, 1 made");
    }

    /// Eight are in the kernel when it is out of memory: they are waited for, not asked about again and again.
    @Test
    void duringAShortageWhatIsUnderWayIsWaitedFor() {
        try (RingBatch batch = rings.batchOrNull(32)) {
            slow = true;
            for (int slot = 0; slot < 8; slot++) read(batch, slot, slot);
            assertThat(swallowed).isEqualTo(8);
            for (int slot = 8; slot < 12; slot++) read(batch, slot, slot);
            errors.add(Errno.EAGAIN);
            int first = batch.next();
            assertThat(first).isBetween(0, 7);
            assertThat(waits).as("one refused, one that waited").isEqualTo(2);
            slow = false;
            List<Integer> others = ended(batch);
            assertThat(others).hasSize(11).doesNotContain(first).doesNotHaveDuplicates();
        }
    }

    /// The failure names a file; the memory is not free before the kernel is done with it.
    @Test
    void aRingThatCannotBeWaitedForIsNotGivenUpBeforeItsTransfersHaveEnded() {
        RingBatch batch = rings.batchOrNull(32);
        slow = true;
        for (int slot = 0; slot < 8; slot++) read(batch, slot, slot);
        errors.addAll(List.of(Errno.EBADF, Errno.EBADF, Errno.EPERM, Errno.EPERM, Errno.EPERM));
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(batch::next)
                .withMessageStartingWith("io_uring_enter failed: file=" + ((PosixFile) file).path())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
        assertThat(firstOf(0)).as("not read yet").isZero();
        batch.close();
        assertThat(errors).isEmpty();
        for (int block = 0; block < 8; block++) assertThat(firstOf(block)).isEqualTo((byte) (block + 1));
        assertThat(rings.describe()).startsWith("0 of 4 rings, 1 made").doesNotContain("does not tell");
    }

    /// Only its own thread can wait for it.
    @Test
    void aBatchWithTransfersUnderWayIsNotClosedByAnotherThread() throws Exception {
        RingBatch batch = rings.batchOrNull(1);
        read(batch, 0, 3);
        AtomicReference<Throwable> met = new AtomicReference<>();
        Thread.ofPlatform().start(() -> met.set(catchThrowable(batch::close))).join();
        assertThat(met.get()).isInstanceOf(IllegalStateException.class);
        assertThat(ended(batch)).containsExactly(0);
        batch.close();
    }
}
