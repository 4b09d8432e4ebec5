package dev.polder.kv;

import static java.util.Objects.requireNonNull;

import dev.polder.block.BlockBatch;
import dev.polder.block.BlockGather;
import dev.polder.block.BlockLoader;
import dev.polder.disk.Lane;
import dev.polder.generation.Entry;
import dev.polder.generation.EntryIndex;
import dev.polder.generation.Generation;
import dev.polder.generation.Payload;
import dev.polder.memory.Memory;
import dev.polder.run.KeyHash;
import dev.polder.run.Levels;
import dev.polder.run.PinnedValue;
import dev.polder.run.ReadScratch;
import dev.polder.run.Run;
import dev.polder.store.EngineCore;
import dev.polder.store.ReadSlot;
import dev.polder.store.StoreCore;
import dev.polder.store.Version;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The key-value shape of one space: encodes writes, and looks keys up from the newest place to the oldest.
///
///     generations, newest first ──▶ level 0, newest first ──▶ level 1 ──▶ … ──▶ last level
///
/// The first version that the reader's sequence sees decides: a put is the value, a delete means there is none.
///
/// **A read at "now"** takes the version, then the visible sequence, then looks whether the version is still
/// current: if so everything up to that sequence is in it. It cannot be missing anything that a merge dropped,
/// since merges keep what was visible when they began, and that was no later than now.
///
/// **Threads.** Thread-safe; a read holds a [ReadSlot] and takes no lock.
public final class KeyValueSpace {
    private final StoreCore store;
    private final int id;
    private final String name;

    public KeyValueSpace(StoreCore store, int id, String name) {
        this.store = store;
        this.id = id;
        this.name = name;
    }

    public StoreCore store() {
        return store;
    }

    public int id() {
        return id;
    }

    public String name() {
        return name;
    }

    // ---- writes ----

    public void put(byte[] key, byte[] value, boolean sync) {
        Limits.check(store, key.length, value.length);
        int bytes = Payload.putBytes(key.length, value.length);
        long payload = lend(bytes);
        try {
            Payload.put(payload, id, key, value);
            store.commit(payload, bytes, 1, sync);
        } finally {
            store.engine().staging().giveBack(payload);
        }
    }

    public void put(MemorySegment key, MemorySegment value, boolean sync) {
        Limits.check(store, key.byteSize(), value.byteSize());
        int keyBytes = (int) key.byteSize();
        int valueBytes = (int) value.byteSize();
        int bytes = Payload.putBytes(keyBytes, valueBytes);
        long payload = lend(bytes);
        try {
            long at = Payload.putHeader(payload, id, keyBytes, valueBytes);
            Memory.copyIn(key, 0, at, keyBytes);
            Memory.copyIn(value, 0, at + keyBytes, valueBytes);
            store.commit(payload, bytes, 1, sync);
        } finally {
            store.engine().staging().giveBack(payload);
        }
    }

    public void delete(byte[] key, boolean sync) {
        Limits.check(store, key.length, 0);
        int bytes = Payload.deleteBytes(key.length);
        long payload = lend(bytes);
        try {
            Payload.delete(payload, id, key);
            store.commit(payload, bytes, 1, sync);
        } finally {
            store.engine().staging().giveBack(payload);
        }
    }

    /// @throws IllegalStateException if the space was dropped, or the store is closed
    public void checkWritable() {
        if (store.version().spaceOrNull(id) != null) return;
        store.checkOpen();
        throw dropped();
    }

    private long lend(int bytes) {
        checkWritable();
        return store.lendStaging(bytes);
    }

    IllegalStateException dropped() {
        return new IllegalStateException("the space was dropped: " + name + " of " + store.directory());
    }

    // ---- reads ----

    public byte @Nullable [] get(byte[] key) {
        return get(key, NOW);
    }

    public byte @Nullable [] get(byte[] key, long sequence) {
        Limits.checkKey(key.length);
        ReadSlot slot = enter();
        try {
            Memory.copyIn(key, 0, slot.keyAddress(), key.length);
            ReadScratch scratch = slot.scratch();
            scratch.toNewArray();
            long found = find(slot, key.length, sequence);
            if (found == MISSING) return null;
            return found == IN_SCRATCH ? scratch.value() : Entry.value(found);
        } finally {
            exit(slot);
        }
    }

    public int get(byte[] key, byte[] destination) {
        Limits.checkKey(key.length);
        ReadSlot slot = enter();
        try {
            Memory.copyIn(key, 0, slot.keyAddress(), key.length);
            ReadScratch scratch = slot.scratch();
            scratch.toArray(destination);
            long found = find(slot, key.length, NOW);
            if (found == MISSING) return -1;
            if (found == IN_SCRATCH) return scratch.valueBytes();
            return Entry.copyValue(found, destination);
        } finally {
            exit(slot);
        }
    }

    public long get(MemorySegment key, MemorySegment destination) {
        Limits.checkKey(key.byteSize());
        if (!destination.isNative()) {
            byte[] value = get(key.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
            if (value == null) return -1;
            MemorySegment.copy(
                    MemorySegment.ofArray(value), 0, destination, 0, Math.min(value.length, destination.byteSize()));
            return value.length;
        }
        ReadSlot slot = enter();
        try {
            int keyBytes = (int) key.byteSize();
            Memory.copyIn(key, 0, slot.keyAddress(), keyBytes);
            int capacity = (int) Math.min(Integer.MAX_VALUE, destination.byteSize());
            ReadScratch scratch = slot.scratch();
            scratch.toAddress(destination.address(), capacity);
            long found = find(slot, keyBytes, NOW);
            if (found == MISSING) return -1;
            if (found == IN_SCRATCH) return scratch.valueBytes();
            Entry.copyValue(found, 0, destination.address(), Math.min(capacity, Entry.valueBytes(found)));
            return Entry.valueBytes(found);
        } finally {
            exit(slot);
        }
    }

    public boolean contains(byte[] key) {
        Limits.checkKey(key.length);
        ReadSlot slot = enter();
        try {
            Memory.copyIn(key, 0, slot.keyAddress(), key.length);
            slot.scratch().toNowhere();
            return find(slot, key.length, NOW) != MISSING;
        } finally {
            exit(slot);
        }
    }

    public List<byte @Nullable []> multiGet(List<byte[]> keys) {
        for (byte[] key : keys) Limits.checkKey(key.length);
        List<byte @Nullable []> values = new ArrayList<>(Collections.nCopies(keys.size(), null));
        long sequence = store.registerSnapshot();
        try {
            for (int from = 0; from < keys.size(); from += TOGETHER) {
                getTogether(keys, from, Math.min(keys.size(), from + TOGETHER), values, sequence);
            }
        } finally {
            store.releaseSnapshot(sequence);
        }
        return values;
    }

    /// Keys that are looked up side by side.
    private static final int TOGETHER = BlockBatch.BLOCKS_MAX;

    /// More than a look-up has blocks; what has not ended after so many is read one by one.
    private static final int STEPS_MAX = 16;

    private void getTogether(List<byte[]> keys, int from, int to, List<byte @Nullable []> values, long sequence) {
        ReadSlot slot = enter();
        try {
            new SideBySide(slot, keys.subList(from, to), values.subList(from, to), sequence).run();
        } finally {
            exit(slot);
        }
    }

    /// Look-ups side by side: each goes as far as the pool's blocks lead, and on when the block that stopped it
    /// has come.
    private final class SideBySide {
        private final ReadSlot slot;
        private final List<byte[]> keys;
        private final List<byte @Nullable []> values;
        private final long sequence;
        private final BitSet open = new BitSet();
        private final long[] lacks;
        private final int[] steps;
        private final ReadScratch.Place[] places;

        SideBySide(ReadSlot slot, List<byte[]> keys, List<byte @Nullable []> values, long sequence) {
            this.slot = slot;
            this.keys = keys;
            this.values = values;
            this.sequence = sequence;
            lacks = new long[keys.size()];
            steps = new int[keys.size()];
            places = new ReadScratch.Place[keys.size()];
            for (int i = 0; i < places.length; i++) places[i] = new ReadScratch.Place();
            open.set(0, keys.size());
        }

        void run() {
            ReadScratch scratch = slot.scratch();
            try (BlockGather gather = store.engine().loader().gather(Lane.FOREGROUND)) {
                scratch.collect(gather);
                for (int i = 0; i < keys.size(); i++) step(i);
                while (gather.next()) {
                    for (int i = open.nextSetBit(0); i >= 0; i = open.nextSetBit(i + 1)) {
                        if (gather.came(lacks[i]) && ++steps[i] <= STEPS_MAX) step(i);
                    }
                }
            } finally {
                scratch.collect(null);
            }
            for (int i = open.nextSetBit(0); i >= 0; i = open.nextSetBit(i + 1)) step(i);
        }

        /// A look-up that lacked a data block goes on there; what was passed on the way to it does not change for
        /// its sequence.
        private long findFrom(ReadScratch.Place place, int keyBytes) {
            Run run = place.run();
            if (run != null) {
                BlockLoader loader = store.engine().loader();
                int outcome = run.resume(loader, slot.scratch(), place, slot.keyAddress(), keyBytes, sequence);
                if (outcome != Run.MISSING) return found(outcome);
            }
            return find(slot, keyBytes, sequence);
        }

        /// As far as it gets: to the end of the look-up, or to a block that it lacks.
        private void step(int i) {
            byte[] key = keys.get(i);
            ReadScratch scratch = slot.scratch();
            Memory.copyIn(key, 0, slot.keyAddress(), key.length);
            scratch.toNewArray();
            long found = findFrom(places[i], key.length);
            if (found == LACKING) {
                lacks[i] = scratch.lacks();
                scratch.keep(places[i]);
                return;
            }
            open.clear(i);
            if (found != MISSING) values.set(i, found == IN_SCRATCH ? scratch.value() : Entry.value(found));
        }
    }

    /// The value in place if it is in a run, in one piece, and pins are not short; else a copy. What is not
    /// merged yet is copied, because its memory goes when it is merged.
    public @Nullable ValueView view(byte[] key) {
        Limits.checkKey(key.length);
        ReadSlot slot = enter();
        try {
            Memory.copyIn(key, 0, slot.keyAddress(), key.length);
            ReadScratch scratch = slot.scratch();
            scratch.toPinned(store.viewOwner());
            long found = find(slot, key.length, NOW);
            if (found == MISSING) return null;
            if (found != IN_SCRATCH) return ValueView.of(Entry.value(found));
            PinnedValue pinned = scratch.takePinned();
            return pinned == null ? ValueView.of(requireNonNull(scratch.value())) : view(pinned);
        } finally {
            exit(slot);
        }
    }

    /// The frame outlives the store, and by the engine's leave even the engine.
    private ValueView view(PinnedValue pinned) {
        EngineCore engine = store.engine();
        engine.retain();
        return ValueView.pinned(Memory.readOnly(pinned.address(), pinned.bytes()), () -> {
            pinned.release();
            engine.release();
        });
    }

    public KeyValueCursor cursor() {
        return new KeyValueCursor(this, store.registerSnapshot());
    }

    /// @param sequence of an open snapshot, which may be closed before the cursor is
    public KeyValueCursor cursor(long sequence) {
        store.registerAgain(sequence);
        return new KeyValueCursor(this, sequence);
    }

    public long count() {
        long count = 0;
        try (KeyValueCursor cursor = cursor()) {
            for (boolean more = cursor.first(); more; more = cursor.next()) count++;
        }
        return count;
    }

    /// Into a slot of an open store: from here on it cannot close, nor can the slot's memory go.
    private ReadSlot enter() {
        ReadSlot slot = store.engine().slots().enter();
        try {
            store.checkOpen();
            return slot;
        } catch (Throwable t) {
            store.engine().slots().exit(slot);
            throw t;
        }
    }

    private void exit(ReadSlot slot) {
        store.engine().slots().exit(slot);
    }

    // ---- the look-up ----

    private static final long NOW = Long.MAX_VALUE;

    /// There is no such key for this reader.
    private static final long MISSING = 0;

    /// The value was found in a run and went where the scratch says.
    private static final long IN_SCRATCH = 1;

    /// A block is not in the pool, and was asked for: see [ReadScratch#collect].
    private static final long LACKING = 2;

    /// Looks up the key in the slot; returns [#MISSING], [#IN_SCRATCH], [#LACKING], or the address of an entry in
    /// a generation.
    private long find(ReadSlot slot, int keyBytes, long atSequence) {
        Version version = store.version();
        long sequence = atSequence;
        if (sequence == NOW) {
            sequence = store.visible();
            while (!store.consistent(version)) {
                version = store.version();
                sequence = store.visible();
            }
        }
        Version.SpaceRuns runs = version.spaceOrNull(id);
        if (runs == null) throw dropped(); // generations may still hold its entries
        long key = slot.keyAddress();
        for (Generation generation : version.generations()) {
            EntryIndex index = generation.space(id);
            if (index == null) continue;
            long entry = index.find(key, keyBytes, sequence);
            if (entry != 0) return Entry.kind(entry) == Entry.DELETE ? MISSING : entry;
        }
        return findInRuns(runs.levels(), slot.scratch(), key, keyBytes, sequence);
    }

    private long findInRuns(Run[][] levels, ReadScratch scratch, long key, int keyBytes, long sequence) {
        if (levels.length == 0) return MISSING;
        long hash = KeyHash.of(key, keyBytes);
        for (Run run : levels[0]) {
            int outcome = run.get(store.engine().loader(), scratch, key, keyBytes, hash, sequence);
            if (outcome != Run.MISSING) return found(outcome);
        }
        for (int level = 1; level < levels.length; level++) {
            Run[] runs = levels[level];
            int at = Levels.firstEndingAtOrAfter(runs, key, keyBytes);
            if (at == runs.length) continue;
            int outcome = runs[at].get(store.engine().loader(), scratch, key, keyBytes, hash, sequence);
            if (outcome != Run.MISSING) return found(outcome);
        }
        return MISSING;
    }

    private static long found(int outcome) {
        if (outcome == Run.FOUND) return IN_SCRATCH;
        return outcome == Run.LACKING ? LACKING : MISSING;
    }
}
