package dev.polder.log;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.io.IoEngine;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import dev.polder.testkit.CrashProfile;
import dev.polder.testkit.SimulatedIo;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A store reduced to its log: it knows what a manifest would know, and follows the order of [Recovered].
///
/// The payload of a group is made from its epoch and its first sequence: no two groups are alike.
final class LogFixture {
    static final StoreId STORE = new StoreId(0x0123_4567_89ab_cdefL, 0x1122_3344_5566_7788L);
    static final Path DIRECTORY = Path.of("/store");
    static final LogConfig SMALL = new LogConfig(16 << 10, 32 << 10, 2);
    static final int BUFFER_BYTES = 64 << 10;

    private static final Seams SEAMS = Seams.system();
    private static final long MEMORY = Arena.global().allocate(4 << 20, 4096).address();
    private static final long SCRATCH = MEMORY;
    private static final long BUFFER = MEMORY + LogScratch.BYTES;
    private static final long STAGING = BUFFER + BUFFER_BYTES;
    static final int PAYLOAD_MAX = (int) (MEMORY + (4 << 20) - STAGING - LogWriter.HEADER_ROOM_BYTES);

    final IoEngine io;
    final Disk disk;
    final LogConfig config;
    StoreId store = STORE;

    /// What the manifest says, durably: it is replaced as a whole, as an edit would.
    LogBounds manifest = new LogBounds(STORE, 0, List.of(), 0, 0);

    LogFixture(IoEngine io) {
        this(io, SMALL);
    }

    LogFixture(IoEngine io, LogConfig config) {
        this.io = io;
        this.config = config;
        this.disk = new Disk(io, SEAMS, DiskConfig.DEFAULT);
        if (!io.isDirectory(DIRECTORY)) {
            io.createDirectories(DIRECTORY);
            io.syncDirectory(DIRECTORY.getParent());
        }
    }

    /// A store on another disk (a crash image, say) with the same manifest.
    LogFixture on(IoEngine other) {
        LogFixture fixture = new LogFixture(other, config);
        fixture.manifest = manifest;
        return fixture;
    }

    /// Equal if all of it is.
    @SuppressWarnings("ArrayRecordComponent") // it compares and prints its payload itself
    record Group(long firstSequence, int count, byte[] payload) {
        long lastSequence() {
            return firstSequence + count - 1;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Group(long first, int n, byte[] bytes)
                    && first == firstSequence
                    && n == count
                    && Arrays.equals(bytes, payload);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(firstSequence);
        }

        @Override
        public String toString() {
            return firstSequence + "+" + count + " (" + payload.length + " B)";
        }
    }

    static byte[] payload(long seed, int bytes) {
        byte[] payload = new byte[bytes];
        new SplittableRandom(seed).nextBytes(payload);
        return payload;
    }

    Recovered recovered = Recovered.nothing();
    final List<Group> replayed = new ArrayList<>();

    Recovered replay() {
        return replay(BUFFER_BYTES);
    }

    Recovered replay(int bufferBytes) {
        replayed.clear();
        recovered = LogReader.replay(
                disk,
                DIRECTORY,
                manifest,
                BUFFER,
                bufferBytes,
                (first, count, address, bytes) -> replayed.add(new Group(first, count, Memory.bytes(address, bytes))));
        return recovered;
    }

    /// Replays, and begins the next epoch.
    LogWriter open() {
        Recovered found = manifest.epoch() == 0 ? Recovered.nothing() : replay();
        recovered = found;
        found.sync(disk);
        beginEpoch(found);
        return writer(found);
    }

    void beginEpoch(Recovered found) {
        long epoch = manifest.epoch() + 1;
        List<EpochRange> epochs = new ArrayList<>(found.epochs());
        epochs.add(EpochRange.open(epoch, found.nextSegment()));
        edit(epoch, epochs, manifest.flushedSequence());
    }

    LogWriter writer(Recovered found) {
        return LogWriter.create(
                disk, DIRECTORY, store, manifest.epoch(), found, config, new LogScratch(SCRATCH, SEAMS), SEAMS);
    }

    /// One manifest edit.
    void edit(long epoch, List<EpochRange> epochs, long flushedSequence) {
        manifest = new LogBounds(store, epoch, epochs, flushedSequence, manifest.manifestEdit() + 1);
        if (io instanceof SimulatedIo simulated) edits.put(simulated.operations(), manifest);
    }

    /// Every edit, by how many operations the disk had done before it.
    private final NavigableMap<Integer, LogBounds> edits = new TreeMap<>();

    /// What the manifest says after a power cut behind this operation.
    LogBounds manifestAfter(int operation) {
        var edit = edits.floorEntry(operation + 1);
        return edit == null ? new LogBounds(STORE, 0, List.of(), 0, 0) : edit.getValue();
    }

    /// The store as it would be if the power had gone right after this operation.
    LogFixture crashed(int operation, CrashProfile profile, long seed) {
        LogFixture after = new LogFixture(simulated().crashImage(operation, profile, seed), config);
        after.manifest = manifestAfter(operation);
        after.edits.put(0, after.manifest);
        return after;
    }

    /// Says that everything up to `sequence` is in runs, and lets the log go.
    void flush(LogWriter writer, long sequence) {
        edit(manifest.epoch(), writer.epochsAfter(sequence), sequence);
        writer.releaseBefore(sequence);
    }

    /// Logs one group of the standard payload; returns its LSN.
    long append(LogWriter writer, Group group) {
        stage(group);
        writer.prepare(group.payload.length);
        return writer.append(STAGING, group.payload.length, group.count, group.firstSequence, manifest.manifestEdit());
    }

    Group append(LogWriter writer, long firstSequence, int count, int payloadBytes) {
        Group group = new Group(firstSequence, count, payload(firstSequence << 16 | manifest.epoch(), payloadBytes));
        append(writer, group);
        return group;
    }

    private static void stage(Group group) {
        Memory.copyIn(group.payload, 0, STAGING + LogWriter.HEADER_ROOM_BYTES, group.payload.length);
    }

    static void sync(LogWriter writer) {
        writer.sync(writer.padForSync());
    }

    static Path segment(long number) {
        return LogFiles.segment(DIRECTORY, number);
    }

    SimulatedIo simulated() {
        return (SimulatedIo) io;
    }
}
