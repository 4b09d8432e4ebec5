package dev.polder.run;

import dev.polder.memory.Memory;
import java.util.List;

/// The entries of several sources in one order: key ascending, sequence descending, the newer source first if
/// both agree.
///
/// A binary heap of sources. Each source's key is kept as an 8-byte head, taken behind what all keys of the merge
/// share, so that nearly every comparison is one of two numbers; after a step the top is compared with its
/// children first, because runs of entries from one source are common.
final class MergeHeap {
    private final EntrySource[] sources; // by place in the heap
    private final long[] heads;
    private final int[] ages; // 0 is the newest
    private final int skip;
    private int size;

    /// @param newestFirst the sources
    /// @param sharedBytes how many leading bytes all keys share; fewer is slower, never wrong; more is wrong
    MergeHeap(List<? extends EntrySource> newestFirst, int sharedBytes) {
        sources = new EntrySource[newestFirst.size()];
        heads = new long[sources.length];
        ages = new int[sources.length];
        skip = sharedBytes;
        for (int age = 0; age < sources.length; age++) {
            EntrySource source = newestFirst.get(age);
            if (!source.next()) continue;
            set(size, source, age);
            size++;
        }
        for (int place = size / 2 - 1; place >= 0; place--) sink(place);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// The source whose current entry is next.
    EntrySource top() {
        return sources[0];
    }

    /// Goes on to the next entry.
    void next() {
        EntrySource source = sources[0];
        if (source.next()) {
            heads[0] = Keys.head(source.key(), source.keyBytes(), skip);
        } else {
            size--;
            sources[0] = sources[size];
            heads[0] = heads[size];
            ages[0] = ages[size];
        }
        sink(0);
    }

    private void set(int place, EntrySource source, int age) {
        sources[place] = source;
        heads[place] = Keys.head(source.key(), source.keyBytes(), skip);
        ages[place] = age;
    }

    private void sink(int from) {
        int place = from;
        while (true) {
            int least = 2 * place + 1;
            if (least >= size) return;
            if (least + 1 < size && before(least + 1, least)) least++;
            if (!before(least, place)) return;
            swap(place, least);
            place = least;
        }
    }

    private boolean before(int a, int b) {
        int order = Long.compareUnsigned(heads[a], heads[b]);
        if (order == 0) order = compareFully(a, b);
        return order < 0;
    }

    private int compareFully(int a, int b) {
        EntrySource x = sources[a];
        EntrySource y = sources[b];
        int order = Memory.compare(x.key(), x.keyBytes(), y.key(), y.keyBytes());
        if (order == 0) order = Long.compare(y.sequence(), x.sequence());
        return order == 0 ? Integer.compare(ages[a], ages[b]) : order;
    }

    private void swap(int a, int b) {
        EntrySource source = sources[a];
        sources[a] = sources[b];
        sources[b] = source;
        long head = heads[a];
        heads[a] = heads[b];
        heads[b] = head;
        int age = ages[a];
        ages[a] = ages[b];
        ages[b] = age;
    }
}
