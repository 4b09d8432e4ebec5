package dev.polder.store;

import dev.polder.disk.DiskFile;
import dev.polder.generation.Generation;
import dev.polder.run.Run;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One state of a store, as readers see it: immutable, replaced as a whole by every seal, merge, compaction and
/// catalog change.
///
/// @param number      grows by one with every version; a cursor notices by it that the world has moved
/// @param generations newest first; the first is the active one
/// @param spaces      runs by space id; a space that was dropped is not there
@SuppressWarnings("ArrayRecordComponent") // read on every look-up, never changed, never compared
public record Version(long number, Generation[] generations, SpaceRuns[] spaces, Map<String, Integer> names) {

    /// The runs of one space: level 0 newest first, the levels below each sorted by key and disjoint.
    ///
    /// @param levels index 0 is level 0
    @SuppressWarnings("ArrayRecordComponent") // as above
    public record SpaceRuns(int spaceId, Run[][] levels) {}

    /// The runs of a space, or `null` when it does not exist (any more). Space ids are small and dense: a linear or
    /// binary search costs less than a hash.
    public @Nullable SpaceRuns spaceOrNull(int spaceId) {
        int low = 0;
        int high = spaces.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int id = spaces[middle].spaceId();
            if (id == spaceId) return spaces[middle];
            if (id < spaceId) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }

    /// Whether a run lies in this file.
    boolean hasFile(DiskFile file) {
        for (SpaceRuns space : spaces) {
            for (Run[] level : space.levels()) {
                for (Run run : level) if (run.file() == file) return true;
            }
        }
        return false;
    }

    public Generation active() {
        return generations[0];
    }
}
