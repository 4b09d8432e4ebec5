package dev.polder.store;

import dev.polder.generation.Payload;
import java.util.Arrays;

/// The operations of a batch in the order in which a run has them: by space, and in a space by key; of those with one
/// key the last counts, and only it is here.
///
/// A merge sort of where they begin, on the Java heap, where the batch is: eight bytes an operation while it lasts.
/// Stretches that are in order already are not moved, so a batch that was put together in order costs one comparison an
/// operation in each round.
final class BatchOrder {
    private final byte[] operations;
    private final int size;
    private int[] order;

    /// @param operations as [Payload] encodes them
    /// @param bytes      how many bytes they take
    /// @param count      how many there are
    BatchOrder(byte[] operations, int bytes, int count) {
        this.operations = operations;
        order = new int[count];
        int at = 0;
        for (int i = 0; i < count; i++) {
            order[i] = at;
            at = Payload.next(operations, at);
        }
        if (at != bytes) throw new IllegalStateException("the operations end at " + at + ", and not at " + bytes);
        sort();
        size = keepLastOfEqual();
    }

    int size() {
        return size;
    }

    /// Where the `index`-th operation begins.
    int at(int index) {
        return order[index];
    }

    private void sort() {
        int[] from = order;
        int[] to = new int[from.length];
        for (long width = 1; width < from.length; width *= 2) {
            for (long low = 0; low < from.length; low += 2 * width) {
                int middle = (int) Math.min(low + width, from.length);
                int high = (int) Math.min(low + 2 * width, from.length);
                merge(from, (int) low, middle, high, to);
            }
            int[] sorted = to;
            to = from;
            from = sorted;
        }
        order = from;
    }

    /// Stable: of equal ones the left comes first.
    private void merge(int[] from, int low, int middle, int high, int[] to) {
        if (middle == high || compare(from[middle - 1], from[middle]) <= 0) {
            System.arraycopy(from, low, to, low, high - low);
            return;
        }
        int left = low;
        int right = middle;
        for (int out = low; out < high; out++) {
            boolean takeLeft = right == high || (left < middle && compare(from[left], from[right]) <= 0);
            to[out] = from[takeLeft ? left++ : right++];
        }
    }

    private int keepLastOfEqual() {
        int kept = 0;
        for (int i = 0; i < order.length; i++) {
            boolean replaced = i + 1 < order.length && compare(order[i], order[i + 1]) == 0;
            if (!replaced) order[kept++] = order[i];
        }
        return kept;
    }

    private int compare(int a, int b) {
        int spaces = Integer.compare(Payload.spaceId(operations, a), Payload.spaceId(operations, b));
        if (spaces != 0) return spaces;
        int keyA = Payload.keyAt(operations, a);
        int keyB = Payload.keyAt(operations, b);
        return Arrays.compareUnsigned(
                operations,
                keyA,
                keyA + Payload.keyBytes(operations, a),
                operations,
                keyB,
                keyB + Payload.keyBytes(operations, b));
    }
}
