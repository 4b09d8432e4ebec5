package dev.polder.generation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The indexes of a generation by space, ascending by id. Immutable: a space is added by publishing a new table.
final class SpaceTable {
    static final SpaceTable EMPTY = new SpaceTable(new int[0], new SpaceIndex[0]);

    private final int[] ids;
    private final SpaceIndex[] indexes;

    private SpaceTable(int[] ids, SpaceIndex[] indexes) {
        this.ids = ids;
        this.indexes = indexes;
    }

    @Nullable
    SpaceIndex indexOrNull(int spaceId) {
        int at = Arrays.binarySearch(ids, spaceId);
        return at < 0 ? null : indexes[at];
    }

    int[] ids() {
        return ids.clone();
    }

    SpaceTable with(int spaceId, SpaceIndex index) {
        int at = -1 - Arrays.binarySearch(ids, spaceId);
        int[] moreIds = Arrays.copyOf(ids, ids.length + 1);
        SpaceIndex[] moreIndexes = Arrays.copyOf(indexes, ids.length + 1);
        System.arraycopy(ids, at, moreIds, at + 1, ids.length - at);
        System.arraycopy(indexes, at, moreIndexes, at + 1, ids.length - at);
        moreIds[at] = spaceId;
        moreIndexes[at] = index;
        return new SpaceTable(moreIds, moreIndexes);
    }
}
