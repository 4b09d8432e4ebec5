package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.block.Codecs;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.errors.PolderException;
import dev.polder.generation.Entry;
import dev.polder.io.Space;
import dev.polder.memory.Memory;
import dev.polder.metrics.LaneMetrics;
import dev.polder.runtime.Seams;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a compaction reads, ahead and not. The simulated disk puts what was read into its place only when its reader
/// has heard of it, and noise before: memory that is looked at too early, or given to a second read, is wrong.
class RunsSourceTest {
    private static final RunConfig SMALL = new RunConfig(512, 1024, 512, 500);
    private static final RunConfig ONE_INDEX = new RunConfig(4096, 4096, 16384, 3264);
    private static final int KEYS = 3000;
    private static final int RUNS = 3;

    enum Values {
        SHORT(60),
        MIDDLE(1500),
        /// Some in pieces.
        LARGE(90_000);

        final int bytesMax;

        Values(int bytesMax) {
            this.bytesMax = bytesMax;
        }
    }

    private final SimulatedIo io = new SimulatedIo();
    private final Disk disk = new Disk(io, Seams.system(), DiskConfig.DEFAULT);
    private final Codecs codecs = Codecs.probe();
    private final Space space = new Space(8 << 20);
    private final List<Run> runs = new ArrayList<>();
    private int keys = KEYS;

    @BeforeEach
    void makeFolder() {
        disk.createDirectories(Path.of("/store"));
    }

    @AfterEach
    void nothingIsLeft() {
        LaneMetrics lane = disk.metrics().lane("compaction");
        assertThat(lane.inFlightNow()).isZero();
        assertThat(lane.waitingNow()).isZero();
        disk.close();
        assertThat(io.openHandles()).isEmpty();
        space.close();
    }

    private void write(RunConfig config, Values values) {
        keys = values == Values.LARGE ? 150 : KEYS;
        for (int run = 0; run < RUNS; run++) {
            DiskFile file = disk.create(Path.of("/store/run-" + run), true);
            try (RunWriter writer =
                    new RunWriter(file, space.address(), 1 << 20, false, codecs, config, Lane.COMPACTION)) {
                writer.beginSection(1);
                long entry = space.address() + (4 << 20);
                for (int i = run * keys / RUNS; i < (run + 1) * keys / RUNS; i++) {
                    Memory.putLong(entry, Long.reverseBytes(i));
                    byte[] value = value(i, values);
                    Memory.copyIn(value, 0, entry + 8, value.length);
                    writer.add(entry, 8, i + 1, Entry.PUT, entry + 8, value.length);
                }
                Section section = writer.endSection();
                writer.finish();
                file.sync(Lane.COMPACTION);
                runs.add(new Run(run, file, section, true));
            }
        }
    }

    private static byte[] value(int i, Values values) {
        SplittableRandom random = new SplittableRandom(i);
        byte[] value = new byte[random.nextInt(values.bytesMax)];
        random.nextBytes(value);
        return value;
    }

    private RunsSource source(int windowBytes) {
        int bytes = RunScanner.memoryBytes(windowBytes);
        return new RunsSource(runs, space.address() + 4096, bytes, codecs, Lane.COMPACTION);
    }

    /// Reads so many entries, each of which must be right.
    private void read(RunsSource source, int from, int to, Values values) {
        long copy = space.address() + (4 << 20);
        for (int i = from; i < to; i++) {
            assertThat(source.next()).isTrue();
            assertThat(Long.reverseBytes(Memory.getLong(source.key()))).isEqualTo(i);
            byte[] expected = value(i, values);
            assertThat(source.valueBytes()).isEqualTo(expected.length);
            source.copyValue(0, copy, expected.length);
            assertThat(Memory.bytes(copy, expected.length)).as("value %d", i).isEqualTo(expected);
        }
    }

    /// In any memory, on a device that takes its time and ends transfers in any order.
    @ParameterizedTest
    @EnumSource(Values.class)
    void theEntriesAreThoseThatWereWritten(Values values) {
        for (RunConfig config : List.of(SMALL, ONE_INDEX)) {
            runs.clear();
            write(config, values);
            for (int seed = 0; seed < 12; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                io.batchOrder(seed);
                io.heardOneIn(1 + random.nextInt(6));
                if (seed % 3 == 0) io.shortTransfers(seed);
                try (RunsSource source = source(random.nextInt(2 << 20))) {
                    read(source, 0, keys, values);
                    assertThat(source.next()).isFalse();
                }
            }
            runs.forEach(run -> run.file().close());
        }
    }

    /// Each block is read once, and its leaf once more or not at all.
    @Test
    void whatIsReadAheadIsUsed() {
        write(ONE_INDEX, Values.MIDDLE);
        long before = disk.metrics().lane("compaction").bytesRead();
        try (RunsSource source = source(300 << 10)) {
            read(source, 0, keys, Values.MIDDLE);
        }
        long bytes = runs.stream().mapToLong(run -> run.section().bytes()).sum();
        long read = disk.metrics().lane("compaction").bytesRead() - before;
        assertThat(read).isBetween(bytes * 9 / 10, bytes + bytes / 10);
        LaneMetrics lane = disk.metrics().lane("compaction");
        assertThat(lane.aheadBytes()).isBetween(bytes * 9 / 10, bytes);
        assertThat(lane.wastedAheadBytes()).isZero();
    }

    /// A reader who ends in the middle of a stretch has not come to the rest of it, nor to the stretches behind it.
    @Test
    void whatIsReadAheadAndNotUsedIsCounted() {
        write(ONE_INDEX, Values.MIDDLE);
        try (RunsSource source = source(300 << 10)) {
            read(source, 0, keys / 10, Values.MIDDLE);
            assertThat(disk.metrics().lane("compaction").wastedAheadBytes()).isZero();
        }
        LaneMetrics lane = disk.metrics().lane("compaction");
        long used = 0;
        for (int i = 0; i < keys / 10; i++) used += value(i, Values.MIDDLE).length;
        assertThat(lane.aheadBytes() - lane.wastedAheadBytes()).isBetween(used * 9 / 10, used * 11 / 10);
        assertThat(lane.wastedAheadBytes()).isBetween(64L << 10, 600L << 10);
    }

    @Test
    void littleMemoryIsReadIntoAsAWhole() {
        write(ONE_INDEX, Values.MIDDLE);
        try (RunsSource source = source(0)) {
            read(source, 0, keys, Values.MIDDLE);
        }
    }

    /// Wherever a reader gives up, nothing is under way afterwards.
    @Test
    void aSourceMayBeClosedAnywhere() {
        write(SMALL, Values.MIDDLE);
        io.heardOneIn(5);
        for (int read = 0; read < keys; read += 97) {
            try (RunsSource source = source(200 << 10)) {
                read(source, 0, read, Values.MIDDLE);
            }
            assertThat(disk.metrics().lane("compaction").inFlightNow()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"EIO, ONCE", "EIO, FOREVER", "EINTR, ONCE", "EINTR, FOREVER", "SHORT, FOREVER", "FLIPPED, ONCE"})
    void everyReadMayFail(IoFault fault, Repeat repeat) {
        write(new RunConfig(2048, 1024, 512, 500), Values.MIDDLE);
        long before = io.count(IoKind.READ);
        long reads = Long.MAX_VALUE;
        int failed = 0;
        for (int n = 1; n <= reads; n += n < 60 ? 1 : 7) {
            if (n > 1) io.failNth(IoKind.READ, n, repeat, fault);
            boolean right = false;
            try (RunsSource source = source(150 << 10)) {
                read(source, 0, keys, Values.MIDDLE);
                right = true;
            } catch (PolderException e) {
                assertThat(e.getMessage()).contains("/store/run-");
                failed++;
            }
            if (n == 1) reads = io.count(IoKind.READ) - before;
            boolean harmless = fault == IoFault.SHORT || (fault == IoFault.EINTR && repeat == Repeat.ONCE);
            if (harmless) assertThat(right).as("read %d", n).isTrue();
            assertThat(disk.metrics().lane("compaction").inFlightNow()).isZero();
            io.clearFaults();
        }
        System.out.println(fault + " " + repeat + ": of " + reads + " reads, " + failed + " failures were noticed");
        if (fault == IoFault.EIO && repeat == Repeat.FOREVER) assertThat(failed).isGreaterThan(20);
    }

    /// A read ahead that failed is repeated by who comes to the block.
    @Test
    void aReadAheadThatFailsOnceIsNobodysFailure() {
        write(ONE_INDEX, Values.MIDDLE);
        int ahead = 4; // after a root and a leaf, and the stretch that is waited for
        io.failNth(IoKind.READ, ahead, Repeat.ONCE, IoFault.EIO);
        try (RunsSource source = source(300 << 10)) {
            read(source, 0, keys, Values.MIDDLE);
        }
        assertThat(disk.metrics().lane("compaction").wastedAheadBytes()).isPositive();
    }

    @Test
    void aDamagedBlockIsNamed() {
        write(ONE_INDEX, Values.MIDDLE);
        Path damaged = runs.get(1).file().path();
        io.corruptByte(damaged, 100_000, (byte) (io.bytes(damaged)[100_000] ^ 1));
        assertThatExceptionOfType(CorruptionException.class)
                .isThrownBy(() -> {
                    try (RunsSource source = source(300 << 10)) {
                        read(source, 0, keys, Values.MIDDLE);
                    }
                })
                .withMessageContaining(damaged.toString());
    }
}
