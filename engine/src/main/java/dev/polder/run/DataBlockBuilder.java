package dev.polder.run;

import dev.polder.memory.Memory;

/// Gathers the entries of one [DataBlock]. The prefix is known only when the last key is, so entries are staged
/// first, each without the bytes it shared with the first key at the time, and laid out by [#build].
///
///     staged entry   ┌──────────┬────────┬──────┬────────────┬──────────┬ ─ ─ ─ ─ ┬ ─ ─ ─ ─ ┐
///                    │ keyBytes │ shared │ kind │ valueBytes │ sequence │ suffix  │  value  │
///                    │ u16      │ u16    │ u16  │ u32        │ u64      │         │         │
///                    └──────────┴────────┴──────┴────────────┴──────────┴ ─ ─ ─ ─ ┴ ─ ─ ─ ─ ┘
///
/// (1) `shared` never grows from one entry to the next, so the suffixes written one after the other over the
/// first key give every key in turn  (2) `bytes` is exactly what [#build] will write, and at most `limit`.
final class DataBlockBuilder {
    /// The memory this needs: a largest block, and what small entries take more of when staged.
    static final int MEMORY_BYTES = RunConfig.BLOCK_BYTES_MAX + (40 << 10);

    private static final int STAGED_HEADER = 18;

    private final long staging;
    private final long keyArea; // a whole key, for the layout
    private final long stagingEnd;
    private final int dataBytes;

    private int count;
    private long stagedEnd;
    private int limit;
    private int bytes;
    private int prefix; // shared by all keys
    private int fixedBytes; // of all entries, whatever the prefix: heads, slots, sequences, values
    private int keyPartBytes; // rests and tails under the present prefix
    private long firstKey;
    private int firstKeyBytes;

    DataBlockBuilder(long memory, RunConfig config) {
        keyArea = memory;
        staging = memory + RunConfig.KEY_BYTES_MAX + 16;
        stagingEnd = memory + MEMORY_BYTES;
        dataBytes = config.dataBytes();
        clear();
    }

    int count() {
        return count;
    }

    void clear() {
        count = 0;
        stagedEnd = staging;
        limit = dataBytes;
        bytes = 0;
        fixedBytes = 0;
        keyPartBytes = 0;
        prefix = 0;
    }

    /// Takes an entry if the block has room for it; an empty block takes any.
    boolean tryAdd(long key, int keyBytes, long sequence, int kind, long value, int valueBytes) {
        int newPrefix = count == 0 ? keyBytes : Keys.shared(firstKey, key, Math.min(prefix, keyBytes));
        int newFixed = fixedBytes + 10 + Varint.bytes((sequence << 2) | kind);
        if (kind != DataBlock.DELETE) newFixed += Varint.bytes(valueBytes) + valueBytes;
        int newKeyPart =
                keyPart(keyBytes - newPrefix) + (newPrefix == prefix ? keyPartBytes : stagedKeyPart(newPrefix));
        int newBytes = DataBlock.HEADER_BYTES + newPrefix + newFixed + newKeyPart + DataBlock.END_BYTES;
        long newEnd = stagedEnd + STAGED_HEADER + keyBytes - (count == 0 ? 0 : newPrefix) + valueBytes;
        if (!fits(newBytes) || newEnd > stagingEnd) return false;
        stage(key, keyBytes, count == 0 ? 0 : newPrefix, sequence, kind, value, valueBytes);
        prefix = newPrefix;
        fixedBytes = newFixed;
        keyPartBytes = newKeyPart;
        bytes = newBytes;
        count++;
        return true;
    }

    private boolean fits(int newBytes) {
        if (count == 65535) return false;
        while (newBytes > limit) {
            boolean wellFilled = count > 0 && 4 * bytes >= 3 * limit;
            if (wellFilled || limit == RunConfig.BLOCK_BYTES_MAX) return false;
            limit = Math.min(4 * limit, RunConfig.BLOCK_BYTES_MAX);
        }
        return true;
    }

    private static int keyPart(int rest) {
        return Varint.bytes(rest) + Math.max(0, rest - 8);
    }

    private int stagedKeyPart(int newPrefix) {
        int sum = 0;
        long at = staging;
        for (int i = 0; i < count; i++) {
            int keyBytes = Memory.getUnsignedShort(at);
            sum += keyPart(keyBytes - newPrefix);
            at += STAGED_HEADER + keyBytes - Memory.getUnsignedShort(at + 2) + Memory.getInt(at + 6);
        }
        return sum;
    }

    private void stage(long key, int keyBytes, int shared, long sequence, int kind, long value, int valueBytes) {
        long at = stagedEnd;
        Memory.putShort(at, keyBytes);
        Memory.putShort(at + 2, shared);
        Memory.putShort(at + 4, kind);
        Memory.putInt(at + 6, valueBytes);
        Memory.putLong(at + 10, sequence);
        at += STAGED_HEADER;
        if (count == 0) {
            firstKey = at;
            firstKeyBytes = keyBytes;
        }
        Keys.copyShort(key + shared, at, keyBytes - shared);
        at += keyBytes - shared;
        Memory.copy(value, at, valueBytes);
        stagedEnd = at + valueBytes;
    }

    /// Lays the block out at `to`, which has room for the largest block; returns its length.
    int build(long to) {
        Memory.putShort(to + DataBlock.COUNT, count);
        Memory.putShort(to + DataBlock.PREFIX, prefix);
        Memory.copy(firstKey, to + DataBlock.HEADER_BYTES, prefix);
        Memory.copy(firstKey, keyArea, firstKeyBytes);
        long head = to + DataBlock.HEADER_BYTES + prefix;
        long slot = head + 8L * count;
        long out = slot + 2L * count;
        long at = staging;
        for (int i = 0; i < count; i++) {
            int keyBytes = Memory.getUnsignedShort(at);
            int shared = Memory.getUnsignedShort(at + 2);
            int kind = Memory.getUnsignedShort(at + 4);
            int valueBytes = Memory.getInt(at + 6);
            long sequence = Memory.getLong(at + 10);
            at += STAGED_HEADER;
            Keys.copyShort(at, keyArea + shared, keyBytes - shared);
            at += keyBytes - shared;
            int rest = keyBytes - prefix;
            Memory.putLong(head, Long.reverseBytes(Keys.head(keyArea, keyBytes, prefix)));
            Memory.putShort(slot, (int) (out - to));
            out = Varint.put(out, (sequence << 2) | kind);
            out = Varint.put(out, rest);
            if (kind != DataBlock.DELETE) out = Varint.put(out, valueBytes);
            if (rest > 8) {
                Keys.copyShort(keyArea + prefix + 8, out, rest - 8);
                out += rest - 8;
            }
            Memory.copy(at, out, valueBytes);
            out += valueBytes;
            at += valueBytes;
            head += 8;
            slot += 2;
        }
        Memory.fill(out, DataBlock.END_BYTES, (byte) 0);
        int built = (int) (out - to) + DataBlock.END_BYTES;
        if (built != bytes) throw new IllegalStateException("(2) built " + built + " bytes, counted " + bytes);
        return built;
    }
}
