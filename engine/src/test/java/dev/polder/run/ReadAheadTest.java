package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.block.AheadLimits;
import dev.polder.block.BlockBatch;
import dev.polder.buffer.PoolMetrics;
import dev.polder.io.IoBatch;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.memory.Memory;
import dev.polder.run.RunFixture.Version;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a cursor waits for when it scans, both ways and over many runs, and when it leaps. The background is given
/// all the time it wants between two moves, so that what is counted depends on what was asked for and on nothing
/// else.
class ReadAheadTest {
    private static final RunConfig CONFIG = new RunConfig(512, 512, 1024, 64);
    private static final int RUNS = 5, KEYS_PER_RUN = 2000, VALUE_BYTES = 100, LARGE_KEYS = 40_000;

    @TempDir
    Path folder;

    private RunFixture f;
    private Run[] runs;
    private long scratch;

    @BeforeEach
    void open() {
        open(AheadLimits.DEFAULT);
    }

    private void open(AheadLimits ahead) {
        open(new RunFixture(folder, ahead));
    }

    private void open(RunFixture fixture) {
        f = fixture;
        runs = new Run[RUNS];
        for (int run = 0; run < RUNS; run++) {
            List<Version> entries = new ArrayList<>();
            for (int i = 0; i < KEYS_PER_RUN; i++) {
                int number = run * KEYS_PER_RUN + i;
                entries.add(new Version(key(number), number + 1, new byte[VALUE_BYTES]));
            }
            runs[run] = f.write(entries, false, CONFIG);
            assertThat(runs[run].section().height()).isGreaterThan(2);
        }
        scratch = f.allocate(RunCursor.SCRATCH_BYTES);
    }

    @AfterEach
    void close() {
        f.loader.close();
        f.close();
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private static int number(RunCursor cursor) {
        return ByteBuffer.wrap(Memory.bytes(cursor.keyAddress(), cursor.keyBytes()))
                .getInt();
    }

    /// Walks over all runs; returns for each how many reads the cursor did itself.
    private long[] scan(boolean forward) {
        ReadAhead ahead = new ReadAhead(runs);
        long[] own = new long[RUNS];
        int expected = forward ? 0 : RUNS * KEYS_PER_RUN - 1;
        for (int i = 0; i < RUNS; i++) {
            int run = forward ? i : RUNS - 1 - i;
            RunCursor cursor = runs[run].cursor(f.loader, scratch, ahead, run);
            long before = f.reads.own();
            boolean more = forward ? cursor.goOnToFirst() : cursor.goOnToLast();
            for (; more; more = forward ? cursor.next() : cursor.previous()) {
                assertThat(number(cursor)).isEqualTo(expected);
                expected += forward ? 1 : -1;
                f.loader.awaitBackground();
            }
            own[run] = f.reads.own() - before;
        }
        assertThat(expected).isEqualTo(forward ? RUNS * KEYS_PER_RUN : -1);
        return own;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aColdScanWaitsInItsFirstRunOnly(boolean forward) {
        long[] own = scan(forward);
        int first = forward ? 0 : RUNS - 1;
        for (int run = 0; run < RUNS; run++) {
            if (run != first)
                assertThat(own[run]).as("reads of the cursor in run %d", run).isZero();
        }
        assertThat(own[first])
                .as("the way down, blocks, windows of the first small leaves")
                .isBetween(3L, 10L);
        PoolMetrics pool = f.memory.pool.metrics();
        assertThat(pool.aheadUsed()).isEqualTo(pool.ahead());
        assertThat(f.loader.metrics().lostAhead()).isZero();
    }

    /// Where the device takes several reads at once, one thread has several windows under way; nobody waits for them
    /// here, so cursor and background meet in all ways.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aScanOverRingsReadsEveryBlockOnce(boolean forward) {
        IoEngine io = IoEngines.uring();
        try (IoBatch batch = io.batch(2)) {
            assumeTrue(batch.overlaps(), io.describe());
        }
        close();
        open(new RunFixture(folder, AheadLimits.DEFAULT, io, false));
        ReadAhead ahead = new ReadAhead(runs);
        for (int i = 0; i < RUNS; i++) {
            int run = forward ? i : RUNS - 1 - i;
            RunCursor cursor = runs[run].cursor(f.loader, scratch, ahead, run);
            int expected = run * KEYS_PER_RUN + (forward ? 0 : KEYS_PER_RUN - 1);
            boolean more = forward ? cursor.goOnToFirst() : cursor.goOnToLast();
            for (; more; more = forward ? cursor.next() : cursor.previous()) {
                assertThat(number(cursor)).isEqualTo(expected);
                expected += forward ? 1 : -1;
            }
        }
        f.loader.awaitBackground();
        long bytes = 0;
        for (Run run : runs) bytes += run.file().size();
        assertThat(f.loader.metrics().readBytes()).isBetween(1L, bytes);
        assertThat(f.loader.metrics().slotsBusy()).isZero();
        PoolMetrics pool = f.memory.pool.metrics();
        assertThat(pool.aheadUsed()).isEqualTo(pool.ahead());
    }

    @Test
    void aForwardScanReadsNoByteTwice() {
        long before = f.loader.metrics().readBytes();
        scan(true);
        long bytes = 0;
        for (Run run : runs) bytes += run.file().size();
        assertThat(f.loader.metrics().readBytes() - before).isLessThanOrEqualTo(bytes);
    }

    /// A device takes longer for a read than for the blocks of one leaf: leaves beyond the next are there before the
    /// cursor has left the first.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesAreAskedForWellBeforeTheCursorComesToThem(boolean forward) {
        int run = forward ? 0 : RUNS - 1;
        RunCursor cursor = runs[run].cursor(f.loader, scratch, new ReadAhead(runs), run);
        boolean _ = forward ? cursor.first() : cursor.last();
        for (int i = 0; i < 12; i++) {
            boolean _ = forward ? cursor.next() : cursor.previous();
            f.loader.awaitBackground();
        }
        assertThat(presentLeaves(run, forward)).isGreaterThanOrEqualTo(3);
    }

    /// From the first on, or from the last, in a row.
    private int presentLeaves(int run, boolean forward) {
        LeafPath path = new LeafPath(runs);
        path.setRoot(run);
        int leaves = 0;
        while (path.known(f.loader, forward ? 1 : -1)) {
            leaves++;
            if (!path.next(f.loader, forward ? 1 : -1)) break;
        }
        return leaves;
    }

    /// The background is busy; what the cursor needs is read by the cursor, as many blocks as were asked for.
    @Test
    void whoNeedsABlockOfAQueuedBatchReadsTheBatch() {
        limits(new AheadLimits(8, 16, 16, 1));
        BlockBatch held = f.loader.batchForBackground();
        add(held, runs[1].root(), runs[1]);
        f.reads.hold();
        try {
            f.loader.loadInBackground(held);
            BlockBatch queued = f.loader.batchForBackground();
            for (int run = 2; run < RUNS; run++) add(queued, runs[run].root(), runs[run]);
            long ticket = f.loader.loadInBackground(queued);
            long before = f.reads.own();
            f.loader.hurry(ticket + 1);
            assertThat(f.reads.own()).as("nobody asked for that one").isEqualTo(before);
            f.loader.hurry(ticket);
            assertThat(f.reads.own() - before).isEqualTo(RUNS - 2);
            for (int run = 2; run < RUNS; run++)
                assertThat(isPresent(runs[run])).isTrue();
            assertThat(isPresent(runs[1])).isFalse();
            f.loader.hurry(ticket);
            assertThat(f.reads.own() - before).isEqualTo(RUNS - 2);
        } finally {
            f.reads.letGo();
        }
        f.loader.awaitBackground();
        assertThat(isPresent(runs[1])).isTrue();
    }

    private static void add(BlockBatch batch, BlockPointer at, Run run) {
        assertThat(batch.add(run.file(), at.offset, at.storedBytes, at.rawBytes, at.codec, at.crc))
                .isTrue();
    }

    private boolean isPresent(Run run) {
        BlockPointer at = run.root();
        return f.loader.isPresent(run.file(), at.offset, at.rawBytes, at.crc);
    }

    /// Sends a cursor to the key of a number.
    private void seek(RunCursor cursor, int number) {
        long key = f.allocate(4);
        Memory.copyIn(key(number), 0, key, 4);
        assertThat(cursor.seek(key, 4, Long.MAX_VALUE)).isTrue();
        assertThat(number(cursor)).isEqualTo(number);
        f.loader.awaitBackground();
    }

    /// A run whose leaves are as large as usual: a block holds four of these keys, a leaf about five hundred.
    private Run large() {
        List<Version> entries = new ArrayList<>();
        for (int i = 0; i < LARGE_KEYS; i++) entries.add(new Version(key(i), i + 1, new byte[VALUE_BYTES]));
        return f.write(entries, false, new RunConfig(512, 4096, 16384, 3264));
    }

    /// Leaps of whole blocks and of others, within a leaf, from leaf to leaf, and over several.
    @ParameterizedTest
    @CsvSource({
        "4, 1, 1",
        "4, -1, 1",
        "40, 1, 1",
        "40, -1, 1",
        "400, 1, 1",
        "400, -1, 1",
        "2000, 1, 1",
        "2000, -1, 1",
        "10, 1, 2",
        "10, -1, 2",
        "37, 1, 2",
        "37, -1, 2",
        "1002, 1, 2",
        "1002, -1, 2"
    })
    void whoLeapsOnByTheSameDistanceIsExpected(int keys, int direction, int blocksEach) {
        RunCursor cursor = f.cursor(large());
        int number = direction > 0 ? 0 : LARGE_KEYS - 1;
        int leaps = 0;
        long ownBefore = 0;
        long aheadBefore = 0;
        for (; number >= 0 && number < LARGE_KEYS && leaps < 200; number += direction * keys) {
            seek(cursor, number);
            if (++leaps != 12) continue;
            ownBefore = f.reads.own();
            aheadBefore = f.memory.pool.metrics().ahead();
        }
        int counted = leaps - 12;
        assertThat(counted).isGreaterThan(5);
        assertThat(f.reads.own() - ownBefore).as("reads of %d leaps", counted).isLessThanOrEqualTo(counted / 6);
        long asked = f.memory.pool.metrics().ahead() - aheadBefore;
        int leaves = counted * keys / 400 + 2;
        assertThat(asked)
                .as("asked for, for %d leaps", counted)
                .isLessThanOrEqualTo(blocksEach * (counted + 16) + leaves);
    }

    @Test
    void leapsThatEndAreNotFollowed() {
        RunCursor cursor = f.cursor(runs[0]);
        for (int i = 0; i < 12; i++) seek(cursor, i * 40);
        PoolMetrics leaping = f.memory.pool.metrics();
        long waiting = leaping.ahead() - leaping.aheadUsed();
        assertThat(waiting).as("asked for, and to come").isPositive();
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) seek(cursor, random.nextInt(KEYS_PER_RUN));
        PoolMetrics after = f.memory.pool.metrics();
        assertThat(after.ahead()).as("nothing more was asked for").isLessThanOrEqualTo(leaping.ahead() + 8);
        f.memory.pool.resize(0);
        f.memory.pool.resize(100);
        PoolMetrics gone = f.memory.pool.metrics();
        assertThat(gone.aheadWasted()).as("what nobody came for").isPositive();
    }

    /// How many blocks leaps ask for that end each time, in runs that nobody has read.
    @Test
    void afterLeapsThatEndedFewerAreAskedForAtFirst() {
        ReadAhead ahead = new ReadAhead(runs);
        long[] asked = new long[RUNS];
        for (int run = 0; run < RUNS; run++) {
            RunCursor cursor = runs[run].cursor(f.loader, scratch, ahead, run);
            long before = f.memory.pool.metrics().ahead();
            for (int i = 0; i < 5; i++) seek(cursor, run * KEYS_PER_RUN + i * 4);
            asked[run] = f.memory.pool.metrics().ahead() - before;
            for (int i = 0; i < 4; i++) seek(cursor, run * KEYS_PER_RUN + 100 + 40 * (i % 2));
        }
        assertThat(asked[0]).isPositive();
        assertThat(asked[RUNS - 1])
                .as("in the last run, %d in the first", asked[0])
                .isLessThan(asked[0]);
    }

    /// A scan that finds nothing of what it asked for, because the background is held up, asks for more and more.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aScanHasNoMoreWindowsUnderWayThanTheLimit(int windowsMax) {
        limits(new AheadLimits(windowsMax, 16, 64, 1));
        Run other = f.write(List.of(new Version(key(1), 1, new byte[500])), false, CONFIG);
        BlockPointer root = other.root();
        BlockBatch held = f.loader.batchForBackground();
        held.add(other.file(), root.offset, root.storedBytes, root.rawBytes, root.codec, root.crc);
        int most = 0;
        f.reads.hold();
        try {
            f.loader.loadInBackground(held);
            ReadAhead ahead = new ReadAhead(runs);
            RunCursor cursor = runs[0].cursor(f.loader, scratch, ahead, 0);
            for (boolean more = cursor.first(); more; more = cursor.next()) most = Math.max(most, ahead.windows());
        } finally {
            f.reads.letGo();
        }
        assertThat(most).as("with the one the cursor is in").isEqualTo(windowsMax + 1);
    }

    @Test
    void noMoreBatchesThanTheLimit() {
        limits(new AheadLimits(8, 16, 2, 4));
        assertThat(f.loader.batchForBackground()).isNotNull();
        BlockBatch second = f.loader.batchForBackground();
        assertThat(second).isNotNull();
        assertThat(f.loader.batchForBackground()).as("both are in use").isNull();
        f.loader.loadInBackground(second);
        assertThat(f.loader.batchForBackground()).as("it was empty").isSameAs(second);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 2", "16, 60"})
    void noMoreLeapsAreExpectedThanTheLimit(int leapsMax, int askedMax) {
        limits(new AheadLimits(8, leapsMax, 16, 4));
        RunCursor cursor = f.cursor(large());
        for (int i = 0; i < 60; i++) seek(cursor, i * 8);
        PoolMetrics pool = f.memory.pool.metrics();
        long waiting = pool.ahead() - pool.aheadUsed();
        if (leapsMax == 0) assertThat(pool.ahead()).isZero();
        else assertThat(waiting).as("asked for, and to come").isBetween(1L, (long) askedMax);
    }

    /// A fixture of its own, with the same runs.
    private void limits(AheadLimits ahead) {
        close();
        open(ahead);
    }
}
