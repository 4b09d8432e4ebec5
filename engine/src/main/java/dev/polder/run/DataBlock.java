package dev.polder.run;

import dev.polder.memory.Memory;

/// A data block: entries of a run in order (key ascending unsigned, then sequence descending), laid out to be
/// searched in place.
///
///     0       2        4
///     ┌───────┬────────┬ ─ ─ ─ ─ ┬───────────────┬───────────────┬ ─ ─ ─ ─ ─ ─ ┬───────────┐
///     │ count │ prefix │ prefix  │ heads         │ slots         │  entries    │ 16 zeros  │
///     │ u16   │ bytes  │         │ 8 × count     │ u16 × count   │             │           │
///     └───────┴────────┴ ─ ─ ─ ─ ┴───────────────┴───────────────┴ ─ ─ ─ ─ ─ ─ ┴───────────┘
///
///     entry   ┌───────────────┬────────┬────────────┬ ─ ─ ─ ─ ┬ ─ ─ ─ ─ ┐
///             │ sequence << 2 │  rest  │ valueBytes │  tail   │  value  │   the numbers are [Varint]s;
///             │ | kind        │        │ (no DELETE)│         │         │   the tail is rest − 8 bytes, or none
///             └───────────────┴────────┴────────────┴ ─ ─ ─ ─ ┴ ─ ─ ─ ─ ┘
///
/// A key is the prefix all keys of the block share, then `rest` more bytes: the first eight are its *head*
/// (padded with zeros), what remains is its *tail*. A slot is the offset of an entry. The zeros at the end let an
/// entry's numbers be read without a bounds check each.
///
/// The value of a [#LARGE] entry is a list of its pieces, blocks of their own:
///
///     ┌────────────┬────────┬ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┐
///     │ valueBytes │  base  │ 12 bytes per piece: BlockPointer │   piece i holds bytes i × 64 KiB and following
///     │ u32        │  u64   │                                  │
///     └────────────┴────────┴ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┘
///
/// **Optimistic readers** may find anything here, because the frame can be reused while they look. So every
/// method stays inside `bytes` and ends, whatever the block holds; [#MALFORMED] says that it made no sense. Only
/// after the reader has validated its frame does the answer mean something, and `MALFORMED` corruption.
final class DataBlock {
    static final int LARGE = 0;
    static final int PUT = 1;
    static final int DELETE = 2;

    static final int COUNT = 0;
    static final int PREFIX = 2;
    static final int HEADER_BYTES = 4;
    static final int END_BYTES = 16;

    static final int LARGE_BASE = 4;
    static final int LARGE_PIECES = 12;

    static final int MALFORMED = -2;
    static final int ABSENT = -1;

    private static final int OUT_OF_ORDER = Integer.MIN_VALUE;

    private DataBlock() {}

    /// How many entries, or [#MALFORMED].
    static int count(long block, int bytes) {
        int count = Memory.getUnsignedShort(block + COUNT);
        int prefix = Memory.getUnsignedShort(block + PREFIX);
        return HEADER_BYTES + prefix + 10 * count + END_BYTES > bytes ? MALFORMED : count;
    }

    /// The entry that a reader at `sequence` sees for exactly this key: its number, with its fields in `entry`;
    /// or [#ABSENT].
    static int find(long block, int bytes, long key, int keyBytes, long sequence, DataEntry entry) {
        int count = Memory.getUnsignedShort(block + COUNT);
        int prefix = Memory.getUnsignedShort(block + PREFIX);
        if (HEADER_BYTES + prefix + 10 * count + END_BYTES > bytes) return MALFORMED;
        if (Keys.comparePrefix(key, keyBytes, block + HEADER_BYTES, prefix) != 0) return ABSENT;
        long heads = block + HEADER_BYTES + prefix;
        long head = Keys.head(key, keyBytes, prefix);
        int at = Keys.headsBelow(heads, count, head);
        if (at == count || Memory.getLongBigEndian(heads + 8L * at) != head) return ABSENT;
        int rest = keyBytes - prefix;
        int end = Keys.headsEqualEnd(heads, count, at, head);
        if (end > at + 1) {
            at = searchEqual(block, bytes, heads + 8L * count, at, end, key + prefix + 8, rest, sequence);
            if (at == end) return ABSENT;
        }
        if (at < 0 || !decode(block, bytes, at, entry)) return MALFORMED;
        // This is the first version that is not too new, if it is this key at all and not just the same head.
        boolean found = entry.sequence <= sequence
                && entry.rest == rest
                && (rest <= 8 || Keys.equal(key + prefix + 8, entry.tail, rest - 8));
        return found ? at : ABSENT;
    }

    /// The number of the first entry at or after (key, sequence): 0 to count, or [#MALFORMED].
    static int search(long block, int bytes, long key, int keyBytes, long sequence) {
        int count = Memory.getUnsignedShort(block + COUNT);
        int prefix = Memory.getUnsignedShort(block + PREFIX);
        if (HEADER_BYTES + prefix + 10 * count + END_BYTES > bytes) return MALFORMED;
        int order = Keys.comparePrefix(key, keyBytes, block + HEADER_BYTES, prefix);
        if (order != 0) return order < 0 ? 0 : count;
        long heads = block + HEADER_BYTES + prefix;
        long head = Keys.head(key, keyBytes, prefix);
        int at = Keys.headsBelow(heads, count, head);
        if (at == count || Memory.getLongBigEndian(heads + 8L * at) != head) return at;
        int end = Keys.headsEqualEnd(heads, count, at, head);
        return searchEqual(block, bytes, heads + 8L * count, at, end, key + prefix + 8, keyBytes - prefix, sequence);
    }

    /// Halves the stretch of entries whose head is the key's; nearly always one entry, one comparison.
    private static int searchEqual(
            long block, int bytes, long slots, int from, int to, long keyTail, int keyRest, long sequence) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = compareEqualHead(block, bytes, slots + 2L * middle, keyTail, keyRest, sequence);
            if (order == OUT_OF_ORDER) return MALFORMED;
            if (order < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// The order of an entry against (key, sequence), their prefixes and heads being equal.
    private static int compareEqualHead(long block, int bytes, long slot, long keyTail, int keyRest, long sequence) {
        int offset = Memory.getUnsignedShort(slot);
        if (offset > bytes - END_BYTES) return OUT_OF_ORDER;
        long at = block + offset;
        long stamp = Memory.getUnsignedByte(at);
        if (stamp < 0x80) {
            at++;
        } else {
            stamp = Varint.get(at, Varint.BYTES_MAX);
            at += Varint.bytes(stamp);
        }
        int rest = Memory.getUnsignedByte(at);
        if (rest < 0x80) {
            at++;
        } else {
            rest = (int) Varint.get(at, 2);
            at += 2;
        }
        int tail = Math.max(0, rest - 8);
        int tailOfKey = Math.max(0, keyRest - 8);
        if (tail > 0 || tailOfKey > 0) {
            if ((stamp & 3) != DELETE) at += varintBytes(at);
            if (at + tail > block + bytes) return OUT_OF_ORDER;
            int order = Memory.compare(at, tail, keyTail, tailOfKey);
            if (order != 0) return order < 0 ? -1 : 1;
        }
        if (rest != keyRest) return rest < keyRest ? -1 : 1;
        return Long.compare(sequence, stamp >>> 2); // newer versions come first
    }

    private static int varintBytes(long at) {
        if (Memory.getByte(at) >= 0) return 1;
        return Memory.getByte(at + 1) >= 0 ? 2 : 3;
    }

    /// Reads entry `index` into `entry`; `false` means malformed. The caller has bounded `index` by [#count].
    static boolean decode(long block, int bytes, int index, DataEntry entry) {
        int count = Memory.getUnsignedShort(block + COUNT);
        int prefix = Memory.getUnsignedShort(block + PREFIX);
        long heads = block + HEADER_BYTES + prefix;
        if (index >= count || HEADER_BYTES + prefix + 10 * count + END_BYTES > bytes) return false;
        int offset = Memory.getUnsignedShort(heads + 8L * count + 2L * index);
        if (offset > bytes - END_BYTES) return false;
        long at = block + offset;
        long stamp = Memory.getUnsignedByte(at);
        if (stamp < 0x80) {
            at++;
        } else {
            stamp = Varint.get(at, Varint.BYTES_MAX);
            at += Varint.bytes(stamp);
        }
        int rest = Memory.getUnsignedByte(at);
        if (rest < 0x80) {
            at++;
        } else {
            rest = (int) Varint.get(at, 2);
            at += 2;
        }
        int kind = (int) stamp & 3;
        int valueBytes = 0;
        if (kind != DELETE) {
            valueBytes = Memory.getUnsignedByte(at);
            if (valueBytes < 0x80) {
                at++;
            } else {
                valueBytes = (int) Varint.get(at, 3);
                at += varintBytes(at);
            }
        }
        int tail = Math.max(0, rest - 8);
        if (kind > DELETE || at - block + tail + valueBytes + END_BYTES > bytes) return false;
        if (kind == LARGE && valueBytes < LARGE_PIECES + BlockPointer.BYTES) return false;
        entry.sequence = stamp >>> 2;
        entry.kind = kind;
        entry.prefixBytes = prefix;
        entry.rest = rest;
        entry.head = Memory.getLongBigEndian(heads + 8L * index);
        entry.tail = at;
        entry.value = at + tail;
        entry.valueBytes = valueBytes;
        return prefix + rest <= RunConfig.KEY_BYTES_MAX;
    }

    /// Writes the key of a decoded entry to `to`, which has room for the longest key and eight bytes more. The
    /// prefix may be left out when the bytes are there already from another entry of the same block.
    static void copyKey(long block, DataEntry entry, long to, boolean withPrefix) {
        int prefix = entry.prefixBytes;
        if (withPrefix && prefix > 0) Keys.copyShort(block + HEADER_BYTES, to, prefix);
        Memory.putLong(to + prefix, Long.reverseBytes(entry.head));
        if (entry.rest > 8) Keys.copyShort(entry.tail, to + prefix + 8, entry.rest - 8);
    }
}
