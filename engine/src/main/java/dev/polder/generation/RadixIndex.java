package dev.polder.generation;

import dev.polder.memory.Memory;
import java.lang.foreign.MemorySegment;

/// A radix tree over the ring of entries: each key once, at its newest version; older ones follow it in the ring.
///
/// Digits are half bytes, and a path skips what all keys below share (so it has at most as many nodes as there are
/// keys). A node knows only the position of its digit, not the bytes skipped: a search believes them, and compares
/// the whole key with the entry at which it arrives. If they differ at position `m`, the key's place is where the
/// path of that entry passes `m`:
///
///     one node branches at m:     the key is a child it lacks
///     the path skips over m:      a new node belongs there; all below is on one side of the key
///
/// So an insert never changes or splits a node, it adds a child or hangs a new node above (cf. Morrison,
/// *PATRICIA*, 1968; Leis et al., *The Adaptive Radix Tree*, 2013). Half bytes, not bytes, because the worst insert
/// is then one entry and one node of 152 bytes, which is what `reserve` must lease for every operation; nodes of
/// 256 children would make that 2 KiB.
///
/// **Readers** (see [SpaceIndex] and [RadixNode]). A slot changes from nothing to an entry to a node, or from a node to
/// its wide copy, and never back; so a reader (1) believes what one load of a slot gave it, and never loads it again to
/// use what it has looked at: by then it may hold a node; (2) misses in what it holds only what came later. Between
/// the descent that meets an entry and the one that finds the place, the place may change; then it starts
/// again, which can only happen as often as the writer inserts just there. (3) What lies before an entry may have
/// been linked after the descent, and not be less than the key: a reader walks on until it is.
///
/// **Versions.** A version that is not the oldest of its key has two words more: a jump to an older one, and how
/// many older ones there are. Jumps are those of Myers' applicative random-access stack (1983): any version is
/// reached in O(log versions) steps.
///
///     words:  0 next │ 1 jump │ 2 versions below        (the oldest has word 0 only)
final class RadixIndex extends SpaceIndex {
    private static final int SENTINEL_WORDS = 2;
    private static final int WORDS_OLDEST = 1, WORDS_NEWER = 3;
    private static final int JUMP = Entry.WORDS + 8, BELOW = Entry.WORDS + 16;

    private final long root; // the slot of the root: word 1 of the sentinel

    RadixIndex(EntryArena arena) {
        super(arena, SENTINEL_WORDS);
        this.root = sentinel + Entry.WORDS + 8;
    }

    /// False when memory is short.
    static boolean planNew(EntryArena arena) {
        return arena.plan(Entry.WORDS + 8 * SENTINEL_WORDS);
    }

    /// False when memory is short.
    static boolean planInsert(EntryArena arena, int keyBytes, int valueBytes) {
        return arena.planEntry(WORDS_NEWER, keyBytes, valueBytes) && arena.plan(RadixNode.WIDE_BYTES);
    }

    @Override
    void insert(long sequence, int kind, long key, int keyBytes, long value, int valueBytes) {
        counted();
        if (Memory.getLong(root) == 0) {
            long entry = write(sequence, kind, WORDS_OLDEST, key, keyBytes, value, valueBytes);
            link(entry, sentinel);
            Memory.putLongRelease(root, entry);
            return;
        }
        long met = meet(key, keyBytes);
        int differs = firstDifference(met, key, keyBytes);
        if (differs < 0) {
            insertVersion(sequence, kind, key, keyBytes, value, valueBytes);
            return;
        }
        long slot = root;
        long successor = sentinel; // the smallest subtree to the right of the path, until resolved below
        long child = Memory.getLong(slot);
        while (RadixNode.isNode(child)) {
            long node = RadixNode.node(child);
            long header = RadixNode.header(node);
            int position = RadixNode.position(header);
            if (position >= differs) break;
            int digit = digit(key, keyBytes, position);
            long above = RadixNode.childAbove(node, header, digit);
            if (above != 0) successor = above;
            slot = RadixNode.slotAt(node, header, digit);
            child = Memory.getLong(slot);
        }
        int digit = digit(key, keyBytes, differs);
        int metDigit = digit(Entry.keyAddress(met), Entry.keyBytes(met), differs);
        boolean branchesHere =
                RadixNode.isNode(child) && RadixNode.position(RadixNode.header(RadixNode.node(child))) == differs;
        if (branchesHere) {
            long node = RadixNode.node(child);
            long above = RadixNode.childAbove(node, RadixNode.header(node), digit);
            if (above != 0) successor = above;
        } else if (digit < metDigit) {
            successor = child;
        }
        long entry = write(sequence, kind, WORDS_OLDEST, key, keyBytes, value, valueBytes);
        link(entry, Memory.getLong(smallest(successor) + Entry.PREVIOUS));
        if (branchesHere) {
            addChild(slot, RadixNode.node(child), digit, entry);
        } else {
            long node = arena.allocate(RadixNode.SMALL_BYTES);
            RadixNode.writeSmall(node, differs, entry, metDigit, child, digit, entry);
            Memory.putLongRelease(slot, RadixNode.child(node));
        }
    }

    private void insertVersion(long sequence, int kind, long key, int keyBytes, long value, int valueBytes) {
        long slot = slotOf(key, keyBytes);
        long newest = Memory.getLong(slot);
        long entry = write(sequence, kind, WORDS_NEWER, key, keyBytes, value, valueBytes);
        long jump = jump(newest);
        boolean even = below(newest) - below(jump) == below(jump) - below(jump(jump));
        Memory.putLong(entry + JUMP, even ? jump(jump) : newest);
        Memory.putLong(entry + BELOW, below(newest) + 1);
        link(entry, Memory.getLong(newest + Entry.PREVIOUS));
        Memory.putLongRelease(slot, entry);
    }

    private void addChild(long slot, long node, int digit, long entry) {
        if (RadixNode.add(node, digit, entry)) return;
        long wide = arena.allocate(RadixNode.WIDE_BYTES);
        RadixNode.writeWide(wide, node);
        RadixNode.add(wide, digit, entry);
        Memory.putLongRelease(slot, RadixNode.child(wide));
    }

    @Override
    public long find(long key, int keyBytes, long sequence) {
        long child = Memory.getLongAcquire(root);
        while (RadixNode.isNode(child)) {
            long node = RadixNode.node(child);
            long header = RadixNode.header(node);
            int position = RadixNode.position(header);
            if (position > 2 * keyBytes) return 0;
            child = RadixNode.childAt(node, header, digit(key, keyBytes, position));
        }
        if (child == 0 || !Entry.hasKey(child, key, keyBytes)) return 0;
        long entry = notNewer(child, sequence);
        return Entry.sequence(entry) > sequence ? 0 : entry;
    }

    @Override
    public long seek(long key, int keyBytes, long sequence) {
        long entry = notBefore(key, keyBytes);
        if (entry != sentinel && Entry.hasKey(entry, key, keyBytes)) {
            entry = notNewer(entry, sequence);
            if (Entry.sequence(entry) > sequence) entry = nextInRing(entry);
        }
        return orNone(entry);
    }

    /// An entry that was linked before the one found, meanwhile, may have a key that is not less: walk on until it
    /// is.
    @Override
    public long seekBefore(long key, int keyBytes) {
        long entry = previousInRing(notBefore(key, keyBytes));
        while (entry != sentinel && Entry.compareKeys(entry, key, keyBytes) >= 0) entry = previousInRing(entry);
        return orNone(entry);
    }

    /// The newest version of the first key that is not less, or the sentinel.
    private long notBefore(long key, int keyBytes) {
        while (true) {
            if (Memory.getLongAcquire(root) == 0) return sentinel;
            long met = meet(key, keyBytes);
            int differs = firstDifference(met, key, keyBytes);
            long found = differs < 0 ? exact(key, keyBytes) : successor(key, keyBytes, met, differs);
            if (found != 0) return found;
        }
    }

    /// The entry at which the path of this key ends, or one that shares the path as far as it goes. The tree is not
    /// empty.
    private long meet(long key, int keyBytes) {
        long child = Memory.getLongAcquire(root);
        while (RadixNode.isNode(child)) {
            long node = RadixNode.node(child);
            long header = RadixNode.header(node);
            int position = RadixNode.position(header);
            long next = position > 2 * keyBytes ? 0 : RadixNode.childAt(node, header, digit(key, keyBytes, position));
            if (next == 0) return RadixNode.sample(node);
            child = next;
        }
        return child;
    }

    /// The newest version of a key that is there. What a slot held is looked at and returned by one load: the writer
    /// may put a node in the entry's place.
    private long exact(long key, int keyBytes) {
        long child = Memory.getLongAcquire(root);
        while (RadixNode.isNode(child)) {
            long node = RadixNode.node(child);
            long header = RadixNode.header(node);
            child = RadixNode.childAt(node, header, digit(key, keyBytes, RadixNode.position(header)));
        }
        return child;
    }

    /// Where the tree holds the newest version of a key that is there; for the writer, before whom it does not change.
    private long slotOf(long key, int keyBytes) {
        long slot = root;
        long child = Memory.getLong(slot);
        while (RadixNode.isNode(child)) {
            long node = RadixNode.node(child);
            long header = RadixNode.header(node);
            slot = RadixNode.slotAt(node, header, digit(key, keyBytes, RadixNode.position(header)));
            child = Memory.getLong(slot);
        }
        return slot;
    }

    /// The smallest key above one that first differs from `met` at position `differs`; 0 if the place changed
    /// meanwhile.
    private long successor(long key, int keyBytes, long met, int differs) {
        long successor = sentinel;
        long child = Memory.getLongAcquire(root);
        while (RadixNode.isNode(child)) {
            long node = RadixNode.node(child);
            long header = RadixNode.header(node);
            int position = RadixNode.position(header);
            if (position > differs) break;
            int digit = digit(key, keyBytes, position);
            long above = RadixNode.childAbove(node, header, digit);
            if (above != 0) successor = above;
            child = RadixNode.childAt(node, header, digit);
            if (position == differs) return child == 0 ? smallest(successor) : 0;
            if (child == 0) return 0;
        }
        int metDigit = digit(Entry.keyAddress(met), Entry.keyBytes(met), differs);
        return smallest(digit(key, keyBytes, differs) < metDigit ? child : successor);
    }

    private static long smallest(long child) {
        while (RadixNode.isNode(child)) child = RadixNode.firstChild(RadixNode.node(child));
        return child;
    }

    /// From the newest version of a key, its newest that is not newer than `sequence`; its oldest if all are.
    private static long notNewer(long newest, long sequence) {
        long entry = newest;
        while (Entry.sequence(entry) > sequence && Entry.words(entry) == WORDS_NEWER) {
            long jump = jump(entry);
            entry = Entry.sequence(jump) > sequence ? jump : nextInRing(entry);
        }
        return entry;
    }

    /// The oldest jumps to itself.
    static long jump(long entry) {
        return Entry.words(entry) == WORDS_OLDEST ? entry : Memory.getLong(entry + JUMP);
    }

    private static long below(long entry) {
        return Entry.words(entry) == WORDS_OLDEST ? 0 : Memory.getLong(entry + BELOW);
    }

    /// The half byte at this position of a key, [RadixNode#END_DIGIT] at its end. Positions beyond do not occur.
    private static int digit(long key, int keyBytes, int position) {
        if (position == 2 * keyBytes) return RadixNode.END_DIGIT;
        int both = Memory.getUnsignedByte(key + (position >>> 1));
        return (position & 1) == 0 ? both >>> 4 : both & 0xf;
    }

    /// The position of the first half byte (or end) in which two keys differ, -1 if they are the same.
    private static int firstDifference(long entry, long key, int keyBytes) {
        long entryKey = Entry.keyAddress(entry);
        int entryKeyBytes = Entry.keyBytes(entry);
        int common = Math.min(keyBytes, entryKeyBytes);
        long at = MemorySegment.mismatch(Memory.ALL, entryKey, entryKey + common, Memory.ALL, key, key + common);
        if (at < 0) return keyBytes == entryKeyBytes ? -1 : 2 * common;
        int difference = Memory.getUnsignedByte(entryKey + at) ^ Memory.getUnsignedByte(key + at);
        return (int) at * 2 + (difference > 0xf ? 0 : 1);
    }
}
