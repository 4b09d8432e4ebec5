package dev.polder.run;

import dev.polder.block.BlockHandle;
import dev.polder.memory.Memory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers the children of one [IndexBlock]. On heap: at most one block's worth per level of a run being written.
final class IndexBuilder {
    /// One child, and the place in the order from which it is responsible: `key` (shared with nobody), before all
    /// its versions if `sequence` is [Long#MAX_VALUE].
    @SuppressWarnings("ArrayRecordComponent") // never compared; nobody changes the key
    record Child(
            byte[] key,
            long sequence,
            BlockHandle handle,
            @Nullable BlockHandle filter) {}

    private static final int CHILDREN_MIN = 4;

    private final int limit;
    private final List<Child> children = new ArrayList<>();
    private int prefix; // shared by all separators: those of children 1 and up
    private int separatorBytes; // beside heads and slots, under the present prefix

    IndexBuilder(int limit) {
        this.limit = limit;
    }

    boolean isEmpty() {
        return children.isEmpty();
    }

    Child first() {
        return children.getFirst();
    }

    /// Whether there is room for a child at `offset` with this separator. Always for the first four: that bounds
    /// a tree's height.
    boolean fits(byte[] key, long sequence, long offset) {
        int count = children.size();
        if (count < CHILDREN_MIN) return true;
        int newPrefix = sharedWith(key);
        int before = newPrefix == prefix ? separatorBytes : separatorBytes(newPrefix);
        int newBytes = bytes(count + 1, newPrefix, before + separatorBytes(key, sequence, newPrefix));
        return newBytes <= limit && offset - base() < BlockPointer.SPAN_MAX / 2;
    }

    void add(Child child) {
        int newPrefix = sharedWith(child.key());
        if (newPrefix != prefix) separatorBytes = separatorBytes(newPrefix);
        if (!children.isEmpty()) separatorBytes += separatorBytes(child.key(), child.sequence(), newPrefix);
        prefix = newPrefix;
        children.add(child);
    }

    private int sharedWith(byte[] key) {
        return switch (children.size()) {
            case 0 -> 0;
            case 1 -> key.length;
            default -> shared(children.get(1).key(), key, prefix);
        };
    }

    void clear() {
        children.clear();
        prefix = 0;
        separatorBytes = 0;
    }

    private static int shared(byte[] a, byte[] b, int limit) {
        int end = Math.min(limit, b.length);
        int at = 0;
        while (at < end && a[at] == b[at]) at++;
        return at;
    }

    private long base() {
        Child first = children.getFirst();
        BlockHandle filter = first.filter();
        return filter == null
                ? first.handle().offset()
                : Math.min(filter.offset(), first.handle().offset());
    }

    private int stride() {
        return children.getFirst().filter() == null ? BlockPointer.BYTES : 2 * BlockPointer.BYTES;
    }

    private int bytes(int count, int withPrefix, int separators) {
        int header = IndexBlock.HEADER_BYTES + BlockPointer.BYTES + withPrefix;
        return header + stride() * count + 10 * (count - 1) + separators + IndexBlock.END_BYTES;
    }

    private int separatorBytes(int withPrefix) {
        int sum = 0;
        for (int i = 1; i < children.size(); i++) {
            Child child = children.get(i);
            sum += separatorBytes(child.key(), child.sequence(), withPrefix);
        }
        return sum;
    }

    private static int separatorBytes(byte[] key, long sequence, int prefix) {
        int rest = key.length - prefix;
        boolean sequenced = sequence != Long.MAX_VALUE;
        if (rest <= 8 && !sequenced) return 0;
        return Varint.bytes((long) rest << 1) + (sequenced ? Varint.bytes(sequence) : 0) + Math.max(0, rest - 8);
    }

    /// Lays the block out at `to`; returns its length. `ownFilter` is the filter of a leaf that is the root.
    int build(long to, @Nullable BlockHandle ownFilter) {
        int count = children.size();
        int stride = stride();
        long base = base();
        Memory.putShort(to + IndexBlock.COUNT, count);
        Memory.putShort(to + IndexBlock.PREFIX, prefix);
        Memory.putShort(to + IndexBlock.STRIDE, stride);
        Memory.putShort(to + IndexBlock.FLAGS, ownFilter == null ? 0 : IndexBlock.OWN_FILTER);
        Memory.putLong(to + IndexBlock.BASE, base);
        long at = to + IndexBlock.HEADER_BYTES;
        if (ownFilter != null) {
            BlockPointer.write(at, base, ownFilter);
            at += BlockPointer.BYTES;
        }
        if (count > 1) Memory.copyIn(children.get(1).key(), 0, at, prefix);
        long heads = at + prefix;
        long pointers = heads + 8L * (count - 1);
        long slots = pointers + (long) stride * count;
        long out = slots + 2L * (count - 1);
        for (int i = 0; i < count; i++) {
            Child child = children.get(i);
            BlockPointer.write(pointers + (long) stride * i, base, child.handle());
            BlockHandle filter = child.filter();
            if (filter != null) BlockPointer.write(pointers + (long) stride * i + BlockPointer.BYTES, base, filter);
            if (i == 0) continue;
            byte[] key = child.key();
            int rest = key.length - prefix;
            Memory.putLong(heads + 8L * (i - 1), Long.reverseBytes(head(key, prefix)));
            boolean inHead = separatorBytes(key, child.sequence(), prefix) == 0;
            Memory.putShort(slots + 2L * (i - 1), inHead ? rest : (int) (out - to));
            if (!inHead) out = putSeparator(out, child, rest);
        }
        Memory.fill(out, IndexBlock.END_BYTES, (byte) 0);
        return (int) (out - to) + IndexBlock.END_BYTES;
    }

    private static long putSeparator(long at, Child child, int rest) {
        boolean sequenced = child.sequence() != Long.MAX_VALUE;
        long out = Varint.put(at, ((long) rest << 1) | (sequenced ? 1 : 0));
        if (sequenced) out = Varint.put(out, child.sequence());
        if (rest <= 8) return out;
        Memory.copyIn(child.key(), child.key().length - (rest - 8), out, rest - 8);
        return out + rest - 8;
    }

    private static long head(byte[] key, int skip) {
        long head = 0;
        for (int i = skip; i < Math.min(key.length, skip + 8); i++) head |= (key[i] & 0xffL) << (56 - 8 * (i - skip));
        return head;
    }
}
