package dev.polder;

/// What may grow, and how far: each limit with its default, to be changed by [EngineOptions#withLimit]. Most users
/// change none. What happens at a limit, and which metric shows how near it is, stands in `docs/limits.md`.
///
/// What is fixed by the format (lengths of keys and values, sizes of blocks) or follows from the budget (see
/// `docs/memory.md`) is not here.
public enum Limit {
    /// Spaces of a store.
    SPACES(10_000, 1, 1_000_000, "spaces"),
    /// Open snapshots and cursors of a store.
    SNAPSHOTS(4096, 1, 1_000_000, "snapshots and cursors"),
    /// How long a snapshot, cursor or view may stay open until `metrics().outlived` names it.
    OUTLIVED_SECONDS(300, 0, 31_536_000, "seconds"),
    /// Size at which a generation is sealed, if a quarter of what the budget gives to all is not less.
    GENERATION_BYTES(64 << 20, 64 << 10, 4L << 30, "bytes"),
    /// Entries at which a generation is sealed.
    GENERATION_ENTRIES(4_000_000, 1000, 1_000_000_000, "entries"),
    /// Sealed generations of a store that wait for the merger; then its writers wait.
    SEALED_GENERATIONS(4, 1, 64, "generations"),
    /// Runs in level 0 of a space at which they are merged down.
    LEVEL0_RUNS_MERGED(4, 2, 1000, "runs"),
    /// Runs in level 0 of a space from which on writers are slowed.
    LEVEL0_RUNS_SLOWED(12, 2, 10_000, "runs"),
    /// Size at which a compaction begins another run.
    RUN_BYTES(32 << 20, 64 << 10, 1 << 30, "bytes"),
    /// Size up to which segments of the log double.
    LOG_SEGMENT_BYTES(8 << 20, 64 << 10, 1 << 30, "bytes, a multiple of 4096"),
    /// Sessions of a store whose writes may lie in the log alone; an open that finds more merges them.
    LOG_EPOCHS(8, 1, 1000, "sessions"),
    /// Room on the device that only deletes, merges and compactions may use, so that a full device can be emptied; a
    /// sixteenth of the device if that is less.
    SPACE_RESERVE_BYTES(64 << 20, 0, 1L << 40, "bytes"),
    /// Size from which on a manifest that has outgrown its state four times begins anew.
    MANIFEST_BYTES(256 << 10, 4 << 10, 1 << 30, "bytes"),
    /// Frames of the pool that views and copies under way may hold at once, each counted as a unit of its own.
    PINNED_PERCENT(25, 1, 50, "percent of the units"),
    /// Open files that the operating system is asked for; files that are being written may exceed it.
    OPEN_FILES(512, 1, 1_000_000, "files"),
    /// Transfers under way, of everybody.
    IN_FLIGHT(128, 1, 10_000, "transfers"),
    /// Transfers under way that commits wait for.
    IN_FLIGHT_LOG(64, 1, 10_000, "transfers"),
    /// Transfers under way that reads wait for.
    IN_FLIGHT_FOREGROUND(64, 1, 10_000, "transfers"),
    /// Transfers under way of generations that are becoming runs.
    IN_FLIGHT_MERGE(8, 1, 10_000, "transfers"),
    IN_FLIGHT_COMPACTION(4, 1, 10_000, "transfers"),
    IN_FLIGHT_READ_AHEAD(16, 1, 10_000, "transfers"),
    /// Transfers under way of verification.
    IN_FLIGHT_SCRUB(1, 1, 10_000, "transfers"),
    /// How long a transfer that a commit waits for may itself wait for its turn; then it is refused, before anything
    /// was done. 0: as long as it takes.
    TURN_MILLIS_LOG(60_000, 0, 86_400_000, "milliseconds"),
    /// The same of a read.
    TURN_MILLIS_FOREGROUND(60_000, 0, 86_400_000, "milliseconds"),
    /// The same of transfers in the background: of merges, compactions, read-ahead and verification, which are done
    /// again later, or told to who asked for them.
    TURN_MILLIS_BACKGROUND(0, 0, 86_400_000, "milliseconds"),
    /// Turns at the device that a waiting transfer of a lane lets more urgent ones have; then it is next.
    PATIENCE_LOG(0, 0, 1_000_000, "turns"),
    PATIENCE_FOREGROUND(8, 0, 1_000_000, "turns"),
    PATIENCE_MERGE(64, 0, 1_000_000, "turns"),
    PATIENCE_COMPACTION(128, 0, 1_000_000, "turns"),
    PATIENCE_READ_AHEAD(128, 0, 1_000_000, "turns"),
    PATIENCE_SCRUB(256, 0, 1_000_000, "turns"),
    /// Windows of blocks that a scan may have asked for and not come to.
    AHEAD_WINDOWS(16, 1, 64, "windows"),
    /// Blocks to which a cursor that is sent on by the same number of blocks each time may be expected. 0: none.
    AHEAD_LEAPS(16, 0, 32, "leaps"),
    /// Batches of blocks that wait in the background or are being read there, for all cursors.
    AHEAD_BATCHES(32, 1, 1024, "batches"),
    /// Threads that read them, if memory gives them room.
    AHEAD_THREADS(4, 1, 64, "threads"),
    /// Rings of the kernel, each for one thread that has several transfers under way.
    RINGS(32, 1, 1024, "rings"),
    /// Threads that read and write for others, virtual threads above all; a quarter of them where there are rings.
    IO_THREADS(16, 1, 1024, "threads"),
    /// Single reads of virtual threads that wait for such a thread; one more is done where it is asked for.
    IO_QUEUE(1024, 0, 1_000_000, "reads"),
    /// How long a look-up of many keys may use a processor to wait for the device, one at a time. 0: it sleeps.
    POLL_MICROS(1000, 0, 1_000_000, "microseconds"),
    /// How often a transfer that does not move (disturbed, or of zero bytes) is asked for again in a row.
    TRANSFER_RETRIES(1000, 0, 1_000_000, "times"),
    /// Size at which what merges and compactions write goes out, if their memory holds two windows of it.
    WRITE_WINDOW_BYTES(512 << 10, 64 << 10, 4 << 20, "bytes"),
    /// Windows of a file that is being written; all but one may be under way. 1: nothing is written behind.
    WRITE_WINDOWS(4, 1, 16, "windows"),
    /// How long what is written may wait in a window that more is added to. 0: until it is full.
    WRITE_WINDOW_MILLIS(100, 0, 60_000, "milliseconds"),
    /// Background transfers get fewer places while foreground ones take so many times what they took at best lately.
    /// 0: never.
    SLOW_FACTOR(4, 0, 1000, "times; not 1");

    private final long byDefault;
    private final long least;
    private final long most;
    private final String unit;

    Limit(long byDefault, long least, long most, String unit) {
        this.byDefault = byDefault;
        this.least = least;
        this.most = most;
        this.unit = unit;
    }

    public long byDefault() {
        return byDefault;
    }

    public long least() {
        return least;
    }

    public long most() {
        return most;
    }

    /// What is counted.
    public String unit() {
        return unit;
    }

    /// @throws IllegalArgumentException naming the limit, the value and what is allowed
    void check(long value) {
        if (value < least || value > most)
            throw new IllegalArgumentException(
                    name() + "=" + value + ": use " + least + " to " + most + " (" + unit + ")");
    }
}
