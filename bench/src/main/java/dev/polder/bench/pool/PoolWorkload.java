package dev.polder.bench.pool;

/// What is measured, and the ratio that is wanted: time of a hit by time of a bare read, at most; or the rate of
/// several threads by the rate of one, at least. 0: nothing is promised, the figure is there to be seen.
enum PoolWorkload {
    INDEPENDENT("independent hits", "hit", "bare", 3.6, false),
    DEPENDENT("dependent hits", "hit", "bare", 1.6, false),
    SEEN_INDEPENDENT("independent, where seen before", "seen", "bare", 1.8, false),
    SEEN_DEPENDENT("dependent, where seen before", "seen", "bare", 1.2, false),
    HINT_INDEPENDENT("independent, by the pool's hint alone", "hint", "bare", 0, false),
    HINT_DEPENDENT("dependent, by the pool's hint alone", "hint", "bare", 0, false),
    TABLE_INDEPENDENT("independent, without hints", "table", "bare", 0, false),
    TABLE_DEPENDENT("dependent, without hints", "table", "bare", 0, false),
    HOT("one hot block", "2 threads", "1 thread", 1.5, true),
    MISS_2("misses", "2 threads", "1 thread", 0, true),
    MISS_4("misses", "4 threads", "1 thread", 0, true);

    final String title;
    final String side;
    final String control;
    final double wanted;
    final boolean threads;

    PoolWorkload(String title, String side, String control, double wanted, boolean threads) {
        this.title = title;
        this.side = side;
        this.control = control;
        this.wanted = wanted;
        this.threads = threads;
    }

    boolean misses() {
        return this == MISS_2 || this == MISS_4;
    }

    boolean hinted() {
        return this != TABLE_INDEPENDENT && this != TABLE_DEPENDENT;
    }

    boolean dependent() {
        return this == DEPENDENT || this == SEEN_DEPENDENT || this == HINT_DEPENDENT || this == TABLE_DEPENDENT;
    }

    /// Threads of a side.
    int threads(boolean control) {
        return !threads || control ? 1 : Integer.parseInt(side.substring(0, 1));
    }
}
