package dev.polder.generation;

/// Which search structure a generation puts above its rings. Both pass the same tests; the choice is by
/// measurement.
enum IndexKind {
    RADIX {
        @Override
        boolean planNew(EntryArena arena) {
            return RadixIndex.planNew(arena);
        }

        @Override
        boolean planInsert(EntryArena arena, int keyBytes, int valueBytes) {
            return RadixIndex.planInsert(arena, keyBytes, valueBytes);
        }

        @Override
        SpaceIndex create(EntryArena arena, long seed) {
            return new RadixIndex(arena);
        }
    },
    SKIP_LIST {
        @Override
        boolean planNew(EntryArena arena) {
            return SkipListIndex.planNew(arena);
        }

        @Override
        boolean planInsert(EntryArena arena, int keyBytes, int valueBytes) {
            return SkipListIndex.planInsert(arena, keyBytes, valueBytes);
        }

        @Override
        SpaceIndex create(EntryArena arena, long seed) {
            return new SkipListIndex(arena, seed);
        }
    };

    /// Leases what an empty index needs; false when memory is short.
    abstract boolean planNew(EntryArena arena);

    /// Leases what one insert can need; false when memory is short.
    abstract boolean planInsert(EntryArena arena, int keyBytes, int valueBytes);

    abstract SpaceIndex create(EntryArena arena, long seed);
}
