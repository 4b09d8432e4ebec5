package dev.polder.run;

import dev.polder.run.LevelShape.RunInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides what to compact next, for one space: leveled, with targets counted from the bottom. A pure function of
/// a [LevelShape].
///
///     0   newest ▪ ▪ ▪ ▪   many small runs, each may hold any key
///     …   (empty)
///     b   ▪▪▪▪             base: target at most `baseBytes`
///     …   ▪▪▪▪▪▪▪▪▪▪       ten times as much
///     n   ▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪   the last: as large as it is
///
/// **Targets from the bottom** (RocksDB, `level_compaction_dynamic_level_bytes`): the last level's target is what
/// it holds, each level's above a tenth, up to the *base*, the first level whose target does not exceed
/// `baseBytes`. So nine tenths of the data are always in the last level, and a small space has one level below 0,
/// not six.
///
/// **Level 0** goes to the base (or to a level above it that still holds data) once it has [Config#runs0] runs.
/// But a few small runs are not worth rewriting a large base: while what they would rewrite is more than four
/// times their own size, the newest of them are merged with each other instead, as size-tiered engines do, and
/// stay in level 0. And a run that overlaps nothing below needs no merge: it moves down by an edit.
///
/// **Deletes** are worth compacting for their own sake: those of level 0 when half of what they would be merged with
/// may go, those below when a run has many.
///
/// **Debt** is what would have to be written to bring every level to its target. It grows by what is flushed and
/// shrinks by what is merged, and never jumps by a whole level, because it is what writers are slowed by (RocksDB
/// issue 9423).
public final class LevelPicker {
    /// @param levels         with level 0
    /// @param runs0          runs in level 0 that start a merge
    /// @param bytes0         bytes in level 0 that start one
    /// @param baseBytes      the most the base level aims at
    /// @param multiplier     from level to level
    /// @param tombstonePercentMax a run with more deletes than this is worth compacting for their sake alone
    public record Config(int levels, int runs0, long bytes0, long baseBytes, int multiplier, int tombstonePercentMax) {
        public static final Config DEFAULT = new Config(7, 4, 64L << 20, 64L << 20, 10, 25);

        public Config {
            if (levels < 2 || runs0 < 2 || bytes0 < 1 || baseBytes < 1 || multiplier < 2) {
                throw new IllegalArgumentException("levels=" + levels + " runs0=" + runs0 + " bytes0=" + bytes0
                        + " baseBytes=" + baseBytes + " multiplier=" + multiplier);
            }
        }
    }

    /// A compaction to do.
    ///
    /// @param level       of the upper inputs
    /// @param outputLevel equal to `level` for a merge within level 0 and for a rewrite of the last level
    /// @param upper       inputs of `level`, newest first on level 0, else by key
    /// @param lower       inputs of `outputLevel`, by key; older than the upper ones
    /// @param move        nothing to merge: the one upper input changes its level by an edit
    /// @param bottom      no older data lies below in this range: deletes may go
    /// @param cursor      the level's cursor after this, or `null` for level 0
    @SuppressWarnings("ArrayRecordComponent") // never compared; nobody changes the key
    public record Pick(
            int level,
            int outputLevel,
            List<RunInfo> upper,
            List<RunInfo> lower,
            boolean move,
            boolean bottom,
            byte @Nullable [] cursor) {}

    /// Up to this much overlap is merged without a second thought.
    private static final long SMALL_BYTES = 1 << 20;

    private static final int WORTH_FACTOR = 4;

    private final Config config;

    public LevelPicker(Config config) {
        this.config = config;
    }

    /// The most urgent compaction whose inputs are free, or `null`.
    ///
    /// @param oldestSnapshot nobody reads at an older sequence: what all see can lose its history
    public @Nullable Pick pick(LevelShape shape, long oldestSnapshot) {
        long[] targets = targets(shape);
        int levels = shape.levels().size();
        boolean[] tried = new boolean[levels];
        for (int round = 0; round < levels; round++) {
            int level = mostUrgent(shape, targets, tried);
            if (level < 0) break;
            tried[level] = true;
            Pick pick = level == 0 ? pickFrom0(shape, targets) : pickFrom(shape, level);
            if (pick != null) return pick;
        }
        Pick deletes = pickForDeletesIn0(shape, targets, oldestSnapshot);
        return deletes != null ? deletes : pickForTombstones(shape, oldestSnapshot);
    }

    /// How urgent the most urgent level is: from 1 on there is work. To choose among spaces.
    public double score(LevelShape shape) {
        long[] targets = targets(shape);
        double score = 0;
        for (int level = 0; level < shape.lastLevel(); level++) score = Math.max(score, score(shape, targets, level));
        return score;
    }

    /// Bytes that wait to be merged; see above.
    public long debtBytes(LevelShape shape) {
        long[] targets = targets(shape);
        long bytes0 = shape.bytes(0);
        int runs0 = shape.level(0).size();
        long byCount = runs0 <= config.runs0() ? 0 : bytes0 * (runs0 - config.runs0()) / runs0;
        long debt = Math.max(byCount, bytes0 - config.bytes0());
        for (int level = 1; level < shape.lastLevel(); level++) {
            debt += Math.max(0, shape.bytes(level) - targets[level]);
        }
        return Math.max(0, debt);
    }

    /// What each level should hold at most; 0 above the base.
    long[] targets(LevelShape shape) {
        int last = shape.lastLevel();
        long[] targets = new long[last + 1];
        long largest = 0;
        for (int level = 1; level <= last; level++) largest = Math.max(largest, shape.bytes(level));
        long target = Math.max(largest, config.baseBytes());
        for (int level = last; level >= 1; level--) {
            targets[level] = target;
            if (target <= config.baseBytes()) break;
            target = Math.max(target / config.multiplier(), config.baseBytes() / config.multiplier());
        }
        return targets;
    }

    private static int base(long[] targets) {
        int base = 1;
        while (targets[base] == 0) base++;
        return base;
    }

    private int mostUrgent(LevelShape shape, long[] targets, boolean[] tried) {
        int best = -1;
        double bestScore = 1;
        for (int level = 0; level < shape.lastLevel(); level++) {
            if (tried[level]) continue;
            double score = score(shape, targets, level);
            if (score < bestScore) continue;
            best = level;
            bestScore = score;
        }
        return best;
    }

    private double score(LevelShape shape, long[] targets, int level) {
        long bytes = 0;
        int runs = 0;
        for (RunInfo run : shape.level(level)) {
            if (run.busy()) continue;
            bytes += run.bytes();
            runs++;
        }
        if (level == 0) return Math.max((double) runs / config.runs0(), (double) bytes / config.bytes0());
        if (runs == 0) return 0;
        return targets[level] == 0 ? 1.5 : (double) bytes / targets[level]; // above the base: to be emptied
    }

    // ---------------------------------------------------------------------------------------------------- level 0

    private @Nullable Pick pickFrom0(LevelShape shape, long[] targets) {
        List<RunInfo> runs = shape.level(0);
        if (runs.stream().anyMatch(RunInfo::busy)) return pickWithin0(shape);
        int output = 1;
        int base = base(targets);
        while (output < base && shape.isEmpty(output)) output++;
        Pick move = moveFrom0(shape, runs.getLast(), output);
        if (move != null) return move;
        List<RunInfo> lower = overlapping(shape.level(output), firstKey(runs), lastKey(runs));
        long bytes = shape.bytes(0);
        long rewritten = bytes(lower);
        boolean worth = rewritten <= Math.max(SMALL_BYTES, WORTH_FACTOR * bytes) || bytes >= config.bytes0();
        if (!worth) {
            Pick within = pickWithin0(shape);
            if (within != null || runs.size() < 2 * config.runs0()) return within;
        }
        if (lower.stream().anyMatch(RunInfo::busy)) return pickWithin0(shape);
        return new Pick(0, output, runs, lower, false, bottom(shape, output, runs, lower), null);
    }

    /// The oldest run of level 0, alone in its file, goes down by an edit if nothing lies below it: so a load in the
    /// order of keys writes every byte once.
    private static @Nullable Pick moveFrom0(LevelShape shape, RunInfo oldest, int output) {
        if (!oldest.settled()) return null;
        List<RunInfo> upper = List.of(oldest);
        if (!overlapping(shape.level(output), oldest.firstKey(), oldest.lastKey())
                .isEmpty()) return null;
        return new Pick(0, output, upper, List.of(), true, bottom(shape, output, upper, List.of()), null);
    }

    /// Merges the newest runs of level 0 with each other: as many as are not much larger than those before them
    /// together. So there are as many runs as the logarithm of their sizes, and each byte is written as often.
    /// Never as if at the bottom: a run of level 0 keeps its sequences, because they say which run is newer.
    private @Nullable Pick pickWithin0(LevelShape shape) {
        List<RunInfo> chosen = new ArrayList<>();
        long bytes = 0;
        for (RunInfo run : shape.level(0)) {
            if (run.busy() || (chosen.size() > 1 && run.bytes() > WORTH_FACTOR * bytes)) break;
            chosen.add(run);
            bytes += run.bytes();
        }
        if (chosen.size() < config.runs0()) return null;
        return new Pick(0, 0, chosen, List.of(), false, false, null);
    }

    // ---------------------------------------------------------------------------------------------------- below

    /// The first run behind the level's cursor that is free, with what it overlaps below: round robin, so that
    /// every key range is compacted as often as every other.
    private @Nullable Pick pickFrom(LevelShape shape, int level) {
        List<RunInfo> runs = shape.level(level);
        byte[] cursor = shape.cursors().get(level);
        int start = 0;
        while (cursor != null && start < runs.size() && compare(runs.get(start).firstKey(), cursor) <= 0) start++;
        for (int i = 0; i < runs.size(); i++) {
            Pick pick = pickRun(shape, level, runs.get((start + i) % runs.size()));
            if (pick != null) return pick;
        }
        return null;
    }

    private @Nullable Pick pickRun(LevelShape shape, int level, RunInfo run) {
        if (run.busy()) return null;
        List<RunInfo> upper = List.of(run);
        List<RunInfo> lower = overlapping(shape.level(level + 1), run.firstKey(), run.lastKey());
        if (lower.stream().anyMatch(RunInfo::busy)) return null;
        boolean move = lower.isEmpty() && run.settled();
        return new Pick(level, level + 1, upper, lower, move, bottom(shape, level + 1, upper, lower), run.lastKey());
    }

    /// When nothing else is to be done, and level 0 has so many deletes that half of what they would be merged with
    /// may go: they give room back at once, which a full device waits for.
    private @Nullable Pick pickForDeletesIn0(LevelShape shape, long[] targets, long oldestSnapshot) {
        List<RunInfo> runs = shape.level(0);
        if (runs.isEmpty()) return null;
        long tombstones = 0;
        long entries = 0;
        for (RunInfo run : runs) {
            if (run.busy() || run.lastSequence() > oldestSnapshot) return null;
            tombstones += run.tombstones();
            entries += run.entries();
        }
        if (100 * tombstones <= entries * config.tombstonePercentMax()) return null;
        int output = 1;
        int base = base(targets);
        while (output < base && shape.isEmpty(output)) output++;
        List<RunInfo> lower = overlapping(shape.level(output), firstKey(runs), lastKey(runs));
        if (lower.isEmpty()) return null;
        for (RunInfo run : lower) {
            if (run.busy()) return null;
            entries += run.entries();
        }
        if (3 * tombstones < entries) return null; // each delete and what it deletes, and as much that stays
        return new Pick(0, output, runs, lower, false, bottom(shape, output, runs, lower), null);
    }

    /// When nothing else is to be done: the run with the largest share of deletes goes down a level, where they
    /// meet what they delete; on the last level it is rewritten without them, if no snapshot needs them.
    private @Nullable Pick pickForTombstones(LevelShape shape, long oldestSnapshot) {
        RunInfo best = null;
        int bestLevel = 0;
        long bestShare = config.tombstonePercentMax();
        for (int level = 1; level <= shape.lastLevel(); level++) {
            for (RunInfo run : shape.level(level)) {
                long share = 100 * run.tombstones() / run.entries();
                if (share <= bestShare || run.busy()) continue;
                if (level == shape.lastLevel()
                        ? run.lastSequence() > oldestSnapshot
                        : pickRun(shape, level, run) == null) {
                    continue;
                }
                best = run;
                bestLevel = level;
                bestShare = share;
            }
        }
        if (best == null) return null;
        if (bestLevel < shape.lastLevel()) return pickRun(shape, bestLevel, best);
        return new Pick(bestLevel, bestLevel, List.of(best), List.of(), false, true, null);
    }

    // ---------------------------------------------------------------------------------------------------- ranges

    /// Whether nothing that is not an input lies below in the range of the inputs' keys.
    private static boolean bottom(LevelShape shape, int output, List<RunInfo> upper, List<RunInfo> lower) {
        List<RunInfo> inputs = new ArrayList<>(upper);
        inputs.addAll(lower);
        byte[] first = firstKey(inputs);
        byte[] last = lastKey(inputs);
        for (int level = output + 1; level <= shape.lastLevel(); level++) {
            if (!overlapping(shape.level(level), first, last).isEmpty()) return false;
        }
        return true;
    }

    private static List<RunInfo> overlapping(List<RunInfo> runs, byte[] first, byte[] last) {
        List<RunInfo> found = new ArrayList<>();
        for (RunInfo run : runs) {
            if (compare(run.lastKey(), first) >= 0 && compare(run.firstKey(), last) <= 0) found.add(run);
        }
        return found;
    }

    private static byte[] firstKey(List<RunInfo> runs) {
        byte[] first = runs.getFirst().firstKey();
        for (RunInfo run : runs) if (compare(run.firstKey(), first) < 0) first = run.firstKey();
        return first;
    }

    private static byte[] lastKey(List<RunInfo> runs) {
        byte[] last = runs.getFirst().lastKey();
        for (RunInfo run : runs) if (compare(run.lastKey(), last) > 0) last = run.lastKey();
        return last;
    }

    private static long bytes(List<RunInfo> runs) {
        long sum = 0;
        for (RunInfo run : runs) sum += run.bytes();
        return sum;
    }

    private static int compare(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b);
    }
}
