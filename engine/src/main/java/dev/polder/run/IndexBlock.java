package dev.polder.run;

import dev.polder.memory.Memory;

/// An index block: `count` children and, between each and the one before it, a separator. Searched in place like
/// a [DataBlock].
///
///     0       2        4        6       8        16
///     ┌───────┬────────┬────────┬───────┬────────┬ ─ ─ ─ ─ ┬ ─ ─ ─ ─ ┐
///     │ count │ prefix │ stride │ flags │  base  │ filter  │ prefix  │
///     │ u16   │ bytes  │ u16    │ u16   │  u64   │ 12 or 0 │         │
///     ├───────┴───────┬┴────────┴────┬──┴────────┴─┬ ─ ─ ─ ┴ ─ ┬ ─ ─ ┴─────┐
///     │ heads         │ children     │ slots       │ separators│ 16 zeros  │
///     │ 8 × (count−1) │ stride×count │ u16×(cnt−1) │           │           │
///     └───────────────┴──────────────┴─────────────┴ ─ ─ ─ ─ ─ ┴───────────┘
///
///     separator   ┌───────────────────────┬ ─ ─ ─ ─ ─ ┬ ─ ─ ─ ─ ┐
///                 │ rest << 1 | sequenced │ sequence  │  tail   │     the numbers are [Varint]s
///                 └───────────────────────┴ ─ ─ ─ ─ ─ ┴ ─ ─ ─ ─ ┘
///
/// A child is a [BlockPointer] from `base`; one directly above the leaves is followed by that of the leaf's
/// filter (stride 24 instead of 12). A leaf that is itself the root has the flag [#OWN_FILTER], and its filter's
/// handle.
///
/// **Separators.** Separator *i* is a place in the order of entries, after the last entry of child *i − 1* and
/// not after the first of child *i*. Where the two differ in key it is the shortest such key, before all its
/// versions; where versions of one key go on in child *i* it is that key and the sequence just below the last one
/// in child *i − 1* (*sequenced*). So the last child whose separator is not after (key, sequence) holds what a
/// reader at `sequence` sees of `key`, if anything does: a look-up never goes on to the next child.
///
/// A slot is the offset of a separator; or, up to 8, the separator is unsequenced and just that many bytes of its
/// head.
///
/// As in a [DataBlock], every method stays inside `bytes` and ends, whatever the block holds.
final class IndexBlock {
    static final int COUNT = 0;
    static final int PREFIX = 2;
    static final int STRIDE = 4;
    static final int FLAGS = 6;
    static final int BASE = 8;
    static final int HEADER_BYTES = 16;
    static final int END_BYTES = 16;

    static final int OWN_FILTER = 1;

    static final int MALFORMED = DataBlock.MALFORMED;

    private static final int OUT_OF_ORDER = Integer.MIN_VALUE;

    private IndexBlock() {}

    /// How many children, or [#MALFORMED].
    static int count(long block, int bytes) {
        int count = Memory.getUnsignedShort(block + COUNT);
        int stride = Memory.getUnsignedShort(block + STRIDE);
        if (count == 0 || (stride != BlockPointer.BYTES && stride != 2 * BlockPointer.BYTES)) return MALFORMED;
        return slots(block, count, stride) + 2 * count - 2 + END_BYTES > bytes ? MALFORMED : count;
    }

    private static int prefixAt(long block) {
        int flags = Memory.getUnsignedShort(block + FLAGS);
        return HEADER_BYTES + (flags & OWN_FILTER) * BlockPointer.BYTES;
    }

    private static int heads(long block) {
        return prefixAt(block) + Memory.getUnsignedShort(block + PREFIX);
    }

    private static int slots(long block, int count, int stride) {
        return heads(block) + (8 + stride) * count - 8;
    }

    /// The child under which (key, sequence) belongs, or [#MALFORMED].
    static int search(long block, int bytes, long key, int keyBytes, long sequence) {
        int count = Memory.getUnsignedShort(block + COUNT);
        int prefix = Memory.getUnsignedShort(block + PREFIX);
        int stride = Memory.getUnsignedShort(block + STRIDE);
        int prefixAt = prefixAt(block);
        if (count == 0 || stride > 2 * BlockPointer.BYTES) return MALFORMED;
        int slots = prefixAt + prefix + (8 + stride) * count - 8;
        if (slots + 2 * count - 2 + END_BYTES > bytes) return MALFORMED;
        int order = Keys.comparePrefix(key, keyBytes, block + prefixAt, prefix);
        if (order != 0) return order < 0 ? 0 : count - 1;
        long heads = block + prefixAt + prefix;
        long head = Keys.head(key, keyBytes, prefix);
        int at = Keys.headsBelow(heads, count - 1, head);
        if (at == count - 1 || Memory.getLongBigEndian(heads + 8L * at) != head) return at;
        int end = Keys.headsEqualEnd(heads, count - 1, at, head);
        return searchEqual(block, bytes, block + slots, at, end, key + prefix + 8, keyBytes - prefix, sequence);
    }

    private static int searchEqual(
            long block, int bytes, long slots, int from, int to, long keyTail, int keyRest, long sequence) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = compareEqualHead(block, bytes, slots + 2L * middle, keyTail, keyRest, sequence);
            if (order == OUT_OF_ORDER) return MALFORMED;
            if (order <= 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// The order of a separator against (key, sequence), their prefixes and heads being equal; 0 if they are the
    /// same place.
    private static int compareEqualHead(long block, int bytes, long slot, long keyTail, int keyRest, long sequence) {
        int offset = Memory.getUnsignedShort(slot);
        if (offset <= 8) return offset <= keyRest ? -1 : 1;
        if (offset > bytes - END_BYTES) return OUT_OF_ORDER;
        long at = block + offset;
        int word = (int) Varint.get(at, 2);
        at += Varint.bytes(word);
        int rest = word >>> 1;
        long place = Long.MAX_VALUE;
        if ((word & 1) != 0) {
            place = Varint.get(at, Varint.BYTES_MAX);
            at += Varint.bytes(place);
        }
        int tail = Math.max(0, rest - 8);
        if (at - block + tail > bytes) return OUT_OF_ORDER;
        int order = Memory.compare(at, tail, keyTail, Math.max(0, keyRest - 8));
        if (order != 0) return order < 0 ? -1 : 1;
        if (rest != keyRest) return rest < keyRest ? -1 : 1;
        return Long.compare(sequence, place);
    }

    /// Reads where child `index` lies; `false` means malformed.
    static boolean child(long block, int bytes, int index, BlockPointer into) {
        return pointer(block, bytes, index, 0, into);
    }

    /// Reads where the filter of child `index` lies; `false` means that there is none here.
    static boolean filter(long block, int bytes, int index, BlockPointer into) {
        if (Memory.getUnsignedShort(block + STRIDE) != 2 * BlockPointer.BYTES) return false;
        return pointer(block, bytes, index, BlockPointer.BYTES, into);
    }

    /// Reads where the filter of this leaf lies; `false` means that its parent knows.
    static boolean ownFilter(long block, int bytes, BlockPointer into) {
        if ((Memory.getUnsignedShort(block + FLAGS) & OWN_FILTER) == 0) return false;
        into.read(block + HEADER_BYTES, Memory.getLong(block + BASE));
        return true;
    }

    private static boolean pointer(long block, int bytes, int index, int within, BlockPointer into) {
        int count = Memory.getUnsignedShort(block + COUNT);
        int stride = Memory.getUnsignedShort(block + STRIDE);
        long at = heads(block) + 8L * (count - 1) + (long) stride * index + within;
        if (index < 0 || index >= count || at + BlockPointer.BYTES > bytes) return false;
        into.read(block + at, Memory.getLong(block + BASE));
        return true;
    }
}
