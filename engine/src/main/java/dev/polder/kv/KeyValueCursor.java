package dev.polder.kv;

import dev.polder.errors.PoolExhaustedException;
import dev.polder.generation.EntryIndex;
import dev.polder.generation.Generation;
import dev.polder.memory.Memory;
import dev.polder.run.Run;
import dev.polder.store.CursorMemory;
import dev.polder.store.ReadSlot;
import dev.polder.store.StoreCore;
import dev.polder.store.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Merges generations and runs into one ordered view at one sequence.
///
///     generation ─┐
///     generation ─┤   smallest key first; of one key the newest version that the sequence sees;
///     run (L0)   ─┼──▶ deletions hide it
///     level 1    ─┤
///     level 2    ─┘
///
/// Between calls the cursor is only its key and its sequence: every call enters a read slot, and if the store's
/// version has changed since, builds its sources anew and seeks back to the key. So an idle cursor holds no
/// generation, no file and no frame.
///
/// **Memory.** Two blocks are lent when the cursor is opened, and one more for each run or level that it merges, as
/// long as there is plenty; what is left over is folded into one source that needs no more ([FoldedSource]). So a
/// cursor that was opened never fails for want of memory, however many runs there are.
///
/// **Always true between calls**, while valid and moving forward: (1) `chosen` stands on the current entry, (2) every
/// other source stands on an entry not before it. Moving backward: every source stands on the last entry before the
/// current key, and the value is found by a look-up when it is asked for.
///
/// **Threads.** One at a time.
public final class KeyValueCursor implements AutoCloseable {
    private final KeyValueSpace space;
    private final StoreCore store;
    /// Who its memory is lent to, by name.
    private final String holder;

    private final long sequence;
    /// Blocks that a cursor takes for runs of its own; beyond, they are folded, so that others get some too.
    private static final int RUN_BLOCKS_MAX = 32;

    private final List<Long> memory = new ArrayList<>(); // blocks for runs
    private final long keyAddress;
    private final long foldedKeyAddress;
    private final long foldedScratch;
    private Source[] sources = new Source[0];
    private long built = -1; // number of the version that the sources are of
    private byte @Nullable [] from;
    private byte @Nullable [] to;
    private int keyBytes;
    private long head;
    private @Nullable Source chosen;
    private boolean valid;
    private boolean backward;
    private boolean closed;

    /// @param sequence registered for this cursor, which releases it
    KeyValueCursor(KeyValueSpace space, long sequence) {
        this.space = space;
        this.store = space.store();
        this.holder = store.directory().toString();
        this.sequence = sequence;
        try {
            store.engine().retain();
            keyAddress = firstBlocks();
        } catch (Throwable t) {
            store.releaseSnapshot(sequence);
            throw t;
        }
        foldedKeyAddress = keyAddress + Limits.KEY_BYTES_MAX;
        foldedScratch = memory.removeFirst();
    }

    public void bounds(byte @Nullable [] fromInclusive, byte @Nullable [] toExclusive) {
        checkOpen();
        if (fromInclusive != null) Limits.checkKey(fromInclusive.length);
        if (toExclusive != null) Limits.checkKey(toExclusive.length);
        from = fromInclusive == null ? null : fromInclusive.clone();
        to = toExclusive == null ? null : toExclusive.clone();
        valid = false;
    }

    public boolean first() {
        byte[] start = from;
        return start == null ? run(Move.FIRST, null) : run(Move.SEEK, start);
    }

    public boolean last() {
        byte[] end = to;
        return end == null ? run(Move.LAST, null) : run(Move.BEFORE, end);
    }

    public boolean seek(byte[] key) {
        Limits.checkKey(key.length);
        byte[] start = from;
        boolean early = start != null && Arrays.compareUnsigned(key, start) < 0;
        return run(Move.SEEK, early ? start : key);
    }

    public boolean seekForPrevious(byte[] key) {
        Limits.checkKey(key.length);
        byte[] end = to;
        if (end != null && Arrays.compareUnsigned(key, end) >= 0) return run(Move.BEFORE, end);
        if (run(Move.SEEK, key) && Arrays.equals(key(), key)) return true;
        return run(Move.BEFORE, key);
    }

    public boolean next() {
        if (!valid) throw notOnAnEntry();
        return run(Move.NEXT, null);
    }

    public boolean previous() {
        if (!valid) throw notOnAnEntry();
        return run(Move.PREVIOUS, null);
    }

    public boolean valid() {
        return valid;
    }

    public int keyBytes() {
        checkOnEntry();
        return keyBytes;
    }

    public byte[] key() {
        checkOnEntry();
        return Memory.bytes(keyAddress, keyBytes);
    }

    public int copyKey(byte[] destination) {
        checkOnEntry();
        Memory.copyOut(keyAddress, destination, 0, Math.min(keyBytes, destination.length));
        return keyBytes;
    }

    public byte[] value() {
        checkOnEntry();
        ReadSlot slot = enter();
        try {
            Source source = onEntry();
            byte[] value = new byte[source.valueBytes()];
            source.copyValue(value);
            return value;
        } finally {
            exit(slot);
        }
    }

    public int valueBytes() {
        checkOnEntry();
        ReadSlot slot = enter();
        try {
            return onEntry().valueBytes();
        } finally {
            exit(slot);
        }
    }

    public int copyValue(byte[] destination) {
        checkOnEntry();
        ReadSlot slot = enter();
        try {
            Source source = onEntry();
            source.copyValue(destination);
            return source.valueBytes();
        } finally {
            exit(slot);
        }
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        valid = false;
        sources = new Source[0];
        CursorMemory blocks = store.engine().cursorMemory();
        for (long block : memory) blocks.giveBack(holder, block);
        blocks.giveBack(holder, keyAddress);
        blocks.giveBack(holder, foldedScratch);
        store.releaseSnapshot(sequence);
        store.engine().release();
    }

    // ---- moving ----

    private enum Move {
        FIRST,
        LAST,
        SEEK,
        BEFORE,
        NEXT,
        PREVIOUS
    }

    private boolean run(Move move, byte @Nullable [] target) {
        checkOpen();
        ReadSlot slot = enter();
        try {
            int targetBytes = 0;
            if (target != null) {
                targetBytes = target.length;
                Memory.copyIn(target, 0, slot.keyAddress(), targetBytes);
            }
            long targetAddress = slot.keyAddress();
            switch (move) {
                case FIRST -> {
                    for (Source source : sources) source.first();
                    forward();
                }
                case LAST -> {
                    for (Source source : sources) source.last();
                    backward();
                }
                case SEEK -> {
                    seekAll(targetAddress, targetBytes);
                    forward();
                }
                case BEFORE -> {
                    for (Source source : sources) source.seekBefore(targetAddress, targetBytes);
                    backward();
                }
                case NEXT -> {
                    if (backward) seekAll(keyAddress, keyBytes);
                    passCurrentKey();
                    forward();
                }
                case PREVIOUS -> {
                    if (!backward) for (Source source : sources) source.seekBefore(keyAddress, keyBytes);
                    backward();
                }
            }
            valid = valid && withinBounds(slot);
            return valid;
        } catch (Throwable t) {
            valid = false; // the sources stand anywhere
            built = -1;
            throw t;
        } finally {
            exit(slot);
        }
    }

    private void seekAll(long key, int bytes) {
        for (Source source : sources) source.seek(key, bytes, sequence);
    }

    /// Moves every source that stands on the current key past all its versions.
    private void passCurrentKey() {
        for (Source source : sources) {
            while (source.valid && source.compareKey(head, keyAddress, keyBytes) == 0) source.next();
        }
    }

    /// Finds the next visible entry from where the sources stand, and makes it the current one.
    private void forward() {
        backward = false;
        while (true) {
            Source smallest = null;
            for (Source source : sources) {
                while (source.valid && source.sequence() > sequence) source.next();
                if (!source.valid) continue;
                // of equal keys the earlier source is the newer one
                if (smallest == null || source.compareKey(smallest.head, smallest.keyAddress, smallest.keyBytes) < 0) {
                    smallest = source;
                }
            }
            chosen = smallest;
            valid = smallest != null;
            if (smallest == null) return;
            takeKey(smallest);
            if (!smallest.isDelete()) return;
            passCurrentKey();
        }
    }

    /// Finds the visible entry with the greatest key before where the sources stand.
    private void backward() {
        backward = true;
        chosen = null;
        while (true) {
            Source greatest = null;
            for (Source source : sources) {
                if (!source.valid) continue;
                if (greatest == null || source.compareKey(greatest.head, greatest.keyAddress, greatest.keyBytes) > 0) {
                    greatest = source;
                }
            }
            valid = greatest != null;
            if (greatest == null) return;
            takeKey(greatest);
            if (visibleVersionBehindUs()) return;
        }
    }

    /// Moves every source before the current key, and tells whether the newest version that we may see of it is a
    /// value.
    private boolean visibleVersionBehindUs() {
        long newest = -1;
        boolean isValue = false;
        for (Source source : sources) {
            while (source.valid && source.compareKey(head, keyAddress, keyBytes) == 0) {
                long at = source.sequence();
                if (at <= sequence && at > newest) {
                    newest = at;
                    isValue = !source.isDelete();
                }
                source.previous();
            }
        }
        return isValue;
    }

    private void takeKey(Source source) {
        keyBytes = source.keyBytes;
        head = source.head;
        Memory.copy(source.keyAddress, keyAddress, keyBytes);
    }

    private boolean withinBounds(ReadSlot slot) {
        byte[] bound = backward ? from : to;
        if (bound == null) return true;
        Memory.copyIn(bound, 0, slot.keyAddress(), bound.length); // where the target was, which is done with
        int order = Memory.compare(keyAddress, keyBytes, slot.keyAddress(), bound.length);
        return backward ? order >= 0 : order < 0;
    }

    /// The source that stands on the current entry: after moving backward all are sent to it first.
    private Source onEntry() {
        Source source = chosen;
        if (!backward && source != null) return source;
        seekAll(keyAddress, keyBytes);
        forward();
        return java.util.Objects.requireNonNull(chosen, "the current entry is visible at the cursor's sequence");
    }

    // ---- entering and building ----

    private ReadSlot enter() {
        ReadSlot slot = store.engine().slots().enter();
        try {
            store.checkOpen();
            Version current = store.version();
            if (current.number() != built) rebuild(current);
            return slot;
        } catch (Throwable t) {
            store.engine().slots().exit(slot);
            throw t;
        }
    }

    private void exit(ReadSlot slot) {
        store.engine().slots().exit(slot);
    }

    private void rebuild(Version version) {
        List<Source> list = new ArrayList<>();
        for (Generation generation : version.generations()) {
            EntryIndex index = generation.space(space.id());
            if (index != null) list.add(new Source.OfGeneration(index));
        }
        Version.SpaceRuns runs = version.spaceOrNull(space.id());
        if (runs == null) throw space.dropped();
        List<Source.OfRuns> folded = new ArrayList<>();
        int used = 0;
        for (int level = 0; level < runs.levels().length; level++) {
            Run[] all = runs.levels()[level];
            int groups = level > 0 ? Math.min(1, all.length) : all.length; // below level 0 runs are disjoint
            for (int group = 0; group < groups; group++) {
                Run[] members = level > 0 ? all : new Run[] {all[group]};
                // newest first: what is folded is older than all that is not, and the last source
                long block = folded.isEmpty() ? blockOrZero(used++) : 0;
                if (block != 0) list.add(source(members, block));
                else folded.add(source(members, foldedScratch));
            }
        }
        if (!folded.isEmpty()) list.add(new FoldedSource(folded.toArray(Source.OfRuns[]::new), foldedKeyAddress));
        sources = list.toArray(Source[]::new);
        built = version.number();
        if (!valid) return;
        if (backward) {
            for (Source source : sources) source.seekBefore(keyAddress, keyBytes);
        } else {
            seekAll(keyAddress, keyBytes);
            forward();
        }
    }

    private Source.OfRuns source(Run[] runs, long scratch) {
        return new Source.OfRuns(runs, store.engine().loader(), scratch);
    }

    /// Memory is kept from one version to the next.
    private long blockOrZero(int number) {
        if (number < memory.size()) return memory.get(number);
        if (number >= RUN_BLOCKS_MAX) return 0;
        long block = store.engine().cursorMemory().lendIfPlenty(holder);
        if (block != 0) memory.add(block);
        return block;
    }

    /// What no cursor can do without: a block for two keys, which is returned, and one for the runs that are folded,
    /// which is in [#memory].
    private long firstBlocks() {
        CursorMemory blocks = store.engine().cursorMemory();
        long first = blocks.lend(holder);
        long second = first == 0 ? 0 : blocks.lend(holder);
        if (second != 0) {
            memory.add(second);
            return first;
        }
        if (first != 0) blocks.giveBack(holder, first);
        String holders = blocks.holders();
        store.engine().release();
        throw new PoolExhaustedException("no memory for another cursor of " + holder
                + ": the budget gives cursors at most " + blocks.limitBytes() + " bytes, " + holders
                + ". Close those no longer used, or raise the budget.");
    }

    private void checkOpen() {
        if (closed) throw new IllegalStateException("the cursor is closed");
    }

    private void checkOnEntry() {
        checkOpen();
        if (!valid) throw notOnAnEntry();
    }

    private static IllegalStateException notOnAnEntry() {
        return new IllegalStateException("the cursor does not stand on an entry: check valid() first");
    }
}
