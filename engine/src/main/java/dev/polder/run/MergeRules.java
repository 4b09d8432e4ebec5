package dev.polder.run;

/// What a merge may leave out.
///
/// A version is seen by the snapshots from its own sequence up to, and without, that of the next newer version of
/// its key. Kept are the newest version of each key, and every version that some snapshot sees. At the bottom,
/// where nothing older lies below, a delete is dropped when no older version of its key is left to hide, and a
/// version that every snapshot sees gets sequence 0.
///
/// @param snapshots sequences that somebody reads at, ascending; the last is the store's visible sequence
/// @param bottom    whether nothing older than the merge's sources exists in the range of its keys
@SuppressWarnings("ArrayRecordComponent") // never compared, and copied
public record MergeRules(long[] snapshots, boolean bottom) {
    public MergeRules {
        snapshots = snapshots.clone();
        if (snapshots.length == 0) throw new IllegalArgumentException("the visible sequence is always a snapshot");
        for (int i = 1; i < snapshots.length; i++) {
            if (snapshots[i - 1] > snapshots[i]) throw new IllegalArgumentException("snapshots must ascend");
        }
    }

    /// Whether a snapshot sees, or may come to see, a version that is not its key's newest.
    boolean seen(long sequence, long newer) {
        int at = firstAtLeast(sequence);
        return sequence < newer && (at == snapshots.length || snapshots[at] < newer);
    }

    /// The sequence a kept version is written with.
    long written(long sequence) {
        return bottom && sequence <= snapshots[0] ? 0 : sequence;
    }

    private int firstAtLeast(long sequence) {
        int low = 0;
        int high = snapshots.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (snapshots[middle] < sequence) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
