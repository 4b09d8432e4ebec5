package dev.polder.bench.io;

/// What is measured, with the share of fio's speed that is wanted. Polder goes through `Disk`: lanes, handles and
/// checks included; [#ofStore] ones through everything, from the key on.
enum IoWorkload {
    RANDOM_DEEP("random-deep", "io_uring", "randread", 4 << 10, true, 0.95),
    RANDOM_ONE("random-one", "psync", "randread", 4 << 10, false, 0.90),
    READ_DEEP("read-deep", "io_uring", "read", 1 << 20, true, 0.95),
    READ_ONE("read-one", "psync", "read", 1 << 20, false, 0.95),
    WRITE_ONE("write-one", "psync", "write", 1 << 20, false, 0.95),
    MULTI_GET("multi-get", "io_uring", "randread", 4 << 10, true, 0.85),
    SCAN("scan", "io_uring", "read", 1 << 20, true, 0.90);

    final String title;
    final String fioEngine;
    final String fioPattern;
    final int blockBytes;
    final boolean deep;
    final double wanted;

    IoWorkload(String title, String fioEngine, String fioPattern, int blockBytes, boolean deep, double wanted) {
        this.title = title;
        this.fioEngine = fioEngine;
        this.fioPattern = fioPattern;
        this.blockBytes = blockBytes;
        this.deep = deep;
        this.wanted = wanted;
    }

    boolean writes() {
        return this == WRITE_ONE;
    }

    /// Through the engine: blocks of a store, by the pool.
    boolean ofStore() {
        return this == MULTI_GET || this == SCAN;
    }

    String description(int depth) {
        if (this == MULTI_GET) return "look-ups of 32 keys at once, a cold block each";
        if (this == SCAN) return "a cold cursor through a store; fio: sequential reads of 1024 KiB, 4 in flight";
        String pattern = random() ? "random reads" : writes() ? "sequential writes" : "sequential reads";
        return "%s of %d KiB, %d in flight".formatted(pattern, blockBytes >> 10, depth(depth));
    }

    boolean random() {
        return fioPattern.startsWith("rand");
    }

    /// 32 in flight of small blocks; of large ones as many as make up two MiB on their way and two behind.
    int depth(int depthOfSmall) {
        return !deep ? 1 : random() ? depthOfSmall : 4;
    }

    @Override
    public String toString() {
        return title;
    }
}
