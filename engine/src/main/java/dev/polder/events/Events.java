package dev.polder.events;

import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// The one door to the recorder: hands out an event that has begun, or `null` while nobody listens to its kind.
///
/// ```java
/// DeviceRead event = Events.deviceRead();
/// … // the read
/// if (event != null) event.end(path, position, bytes, requests, lane);
/// ```
///
/// **Why not ask each event class.** Loading the first of them costs a JVM 120 to 160 ms, because the JDK then builds
/// its tables of events, whether somebody records or not. So none is touched before the recorder itself has been
/// started, which is one static field to look at; and a runtime image without `jdk.jfr` never looks for it at all.
public final class Events {
    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Events() {}

    private static boolean recorded() {
        return PRESENT && FlightRecorder.isInitialized();
    }

    // ---- timed ----

    public static @Nullable DeviceRead deviceRead() {
        return recorded() ? DeviceRead.begunOrNull() : null;
    }

    public static @Nullable DeviceWrite deviceWrite() {
        return recorded() ? DeviceWrite.begunOrNull() : null;
    }

    public static @Nullable Sync sync() {
        return recorded() ? Sync.begunOrNull() : null;
    }

    public static @Nullable Merge merge() {
        return recorded() ? Merge.begunOrNull() : null;
    }

    public static @Nullable Compaction compaction() {
        return recorded() ? Compaction.begunOrNull() : null;
    }

    public static @Nullable WriteStall writeStall() {
        return recorded() ? WriteStall.begunOrNull() : null;
    }

    public static @Nullable Spill spill() {
        return recorded() ? Spill.begunOrNull() : null;
    }

    public static @Nullable Recovery recovery() {
        return recorded() ? Recovery.begunOrNull() : null;
    }

    // ---- moments ----

    /// A block left the pool for another. Off unless asked for by name: there are as many as misses.
    public static void eviction(long id, int frameBytes, long ageNanos) {
        if (recorded()) Eviction.tell(id, frameBytes, ageNanos);
    }

    /// No frame could be had for a block, so the read goes on with a copy.
    public static void frameRefused(int blockBytes) {
        if (recorded()) FrameRefused.tell(blockBytes);
    }

    /// A file failed a write or sync, and takes no more.
    public static void filePoisoned(String file, Throwable cause) {
        if (recorded()) FilePoisoned.tell(file, cause);
    }

    /// An owner of memory got a unit: a free one, or one that the pool gave up.
    public static void memoryLent(String owner, boolean fromPool) {
        if (recorded()) MemoryLent.tell(owner, fromPool);
    }

    /// An owner of memory asked for a unit and got none.
    public static void memoryRefused(String owner) {
        if (recorded()) MemoryRefused.tell(owner);
    }

    /// A store was closed, or the engine, while something hung on it.
    public static void leftOpen(String what, long count, long ageNanos, String where) {
        if (recorded()) LeftOpen.tell(what, count, ageNanos, where);
    }

    // ---- periodic ----

    /// What to run when the recorder asks for [PoolState], [FrameState], [MemoryState] and [DiskState].
    public record States(Runnable pool, Runnable frames, Runnable memory, Runnable disk) {}

    /// Has each of them run whenever the recorder asks, until closed. Costs next to nothing before a recorder is
    /// started.
    public static Periodic periodic(States states) {
        return PRESENT ? new RecorderPeriodic(states) : () -> {};
    }

    /// Ends what [#periodic] began.
    public interface Periodic extends AutoCloseable {
        @Override
        void close();
    }
}
