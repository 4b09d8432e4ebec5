package dev.polder.generation;

import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.StressRegions;
import dev.polder.runtime.Seams;
import org.jspecify.annotations.Nullable;

/// Real generations for all samples of a JVM, one after the other, and what the actors do with them.
///
/// Each sample has a key of its own that is there, and one beside it that is inserted. Samples are made by several
/// threads, with a lock; one thread at a time inserts, and one reads, while no sample is made. A generation that is
/// full is released when the one behind it is full too: by then its samples have gone.
final class StressGeneration {
    /// What a reader saw.
    static final int MET = 1, WRONG = 2, NEVER_MET = 3;
    private static final int SPACE = 1, KEY_BYTES = 9, LOOKS_MAX = 100_000;
    private static final int THERE = 'a', BESIDE = 'b';
    private static final long FULL_BYTES = 12 << 20;

    private static final MemoryBudget BUDGET =
            MemoryBudget.open(new StressRegions(), BudgetPlan.of(128L << 20), Seams.system());
    private static final ChunkAllocator CHUNKS = new ChunkAllocator(BUDGET, Seams.system());
    private static final long PAYLOAD = new StressRegions().acquire(4096);
    private static final long SOUGHT = new StressRegions().acquire(4096);

    private static StressGeneration current = new StressGeneration(null);
    private static long samples;

    private final Generation generation = new Generation(1, CHUNKS, 1);
    private @Nullable StressGeneration before;
    private long sequence = 1;

    private StressGeneration(@Nullable StressGeneration before) {
        this.before = before;
    }

    /// A key that is there, and the generation that it is in.
    record Sample(StressGeneration in, long number) {
        /// Inserts the key beside it, by which a node takes its place in the trie.
        void insertBeside() {
            in.insert(number, BESIDE);
        }

        /// Seeks the key until the one beside it is met behind it.
        int seekUntilMet() {
            EntryIndex index = in.generation.space(SPACE);
            if (index == null) return WRONG;
            byte[] key = key(number, THERE);
            Memory.copyIn(key, 0, SOUGHT, KEY_BYTES);
            byte[] beside = key(number, BESIDE);
            Memory.copyIn(beside, 0, SOUGHT + 64, KEY_BYTES);
            for (int looks = 0; looks < LOOKS_MAX; looks++) {
                long entry = index.seek(SOUGHT, KEY_BYTES, Entry.SEQUENCE_MAX);
                if (entry == 0 || (entry & 7) != 0 || !Entry.hasKey(entry, SOUGHT, KEY_BYTES)) return WRONG;
                long next = index.next(entry);
                if (next != 0 && Entry.hasKey(next, SOUGHT + 64, KEY_BYTES)) return MET;
            }
            return NEVER_MET;
        }
    }

    static synchronized Sample next() {
        if (current.generation.bytes() > FULL_BYTES) {
            StressGeneration gone = current.before;
            current.before = null;
            current = new StressGeneration(current);
            if (gone != null) gone.generation.release();
        }
        Sample sample = new Sample(current, samples++);
        current.insert(sample.number, THERE);
        return sample;
    }

    private void insert(long number, int last) {
        long end = Payload.put(PAYLOAD, SPACE, key(number, last), new byte[8]);
        int bytes = (int) (end - PAYLOAD);
        if (!generation.reserve(PAYLOAD, bytes)) throw new IllegalStateException("no memory: " + BUDGET.usage());
        generation.apply(PAYLOAD, bytes, sequence++);
    }

    /// Eight bytes that are the sample's, and one that says which of its two keys it is.
    private static byte[] key(long number, int last) {
        byte[] key = new byte[KEY_BYTES];
        long mixed = number * 0x9e37_79b9_7f4a_7c15L;
        for (int i = 0; i < 8; i++) key[i] = (byte) (mixed >>> (56 - 8 * i));
        key[8] = (byte) last;
        return key;
    }
}
