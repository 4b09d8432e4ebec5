package dev.polder.run;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The runs of one space, level by level, as [LevelPicker] sees them: a picture, made for one decision.
///
/// (1) Level 0 is ordered newest first and may overlap; from level 1 down runs are disjoint and ordered by key.
/// (2) Data of a key is newer the higher its level.
///
/// @param levels  level 0 first
/// @param cursors per level, the last key that the compaction before went up to; `null` starts at the front
public record LevelShape(List<List<RunInfo>> levels, List<byte @Nullable []> cursors) {
    /// One run.
    ///
    /// @param id       the file's id; with the space it names the run
    /// @param busy     input of a compaction that is running
    /// @param settled  the file holds this run alone ([Run#alone]): it can change its level by an edit
    @SuppressWarnings("ArrayRecordComponent") // never compared; nobody changes the keys
    public record RunInfo(
            long id,
            byte[] firstKey,
            byte[] lastKey,
            long bytes,
            long entries,
            long tombstones,
            long lastSequence,
            boolean busy,
            boolean settled) {
        public static RunInfo of(long fileId, Section section, boolean busy, boolean settled) {
            return new RunInfo(
                    fileId,
                    section.firstKey(),
                    section.lastKey(),
                    section.bytes(),
                    section.entries(),
                    section.tombstones(),
                    section.lastSequence(),
                    busy,
                    settled);
        }
    }

    public LevelShape {
        levels = levels.stream().map(List::copyOf).toList();
        cursors = new ArrayList<>(cursors);
        while (cursors.size() < levels.size()) cursors.add(null);
    }

    List<RunInfo> level(int level) {
        return levels.get(level);
    }

    int lastLevel() {
        return levels.size() - 1;
    }

    long bytes(int level) {
        long sum = 0;
        for (RunInfo run : levels.get(level)) sum += run.bytes();
        return sum;
    }

    boolean isEmpty(int level) {
        return levels.get(level).isEmpty();
    }
}
