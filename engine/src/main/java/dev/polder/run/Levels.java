package dev.polder.run;

/// Finding the one run of a sorted, disjoint level that can hold a key.
public final class Levels {
    private Levels() {}

    /// Index of the first run whose last key is `key` or greater; the number of runs if there is none.
    public static int firstEndingAtOrAfter(Run[] runs, long key, int keyBytes) {
        int low = 0;
        int high = runs.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (runs[middle].compareLastKey(key, keyBytes) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// Index of the last run whose first key is less than `key`, or -1.
    public static int lastBeginningBefore(Run[] runs, long key, int keyBytes) {
        int low = 0;
        int high = runs.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (runs[middle].compareFirstKey(key, keyBytes) < 0) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }
}
