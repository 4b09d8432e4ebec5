package dev.polder.bench.kv;

import java.util.Locale;

/// What is done to a store; names and meanings are those of RocksDB's `db_bench`.
public enum Workload {
    /// Every record once, in the order of the keys, into an empty store.
    FILLSEQ(Kind.WRITE),
    /// Every record once, in random order, into an empty store. (`db_bench` draws with repetition and so stores 63 % of
    /// them.)
    FILLRANDOM(Kind.WRITE),
    /// As many writes as there are records, each to a random record of a full store.
    OVERWRITE(Kind.WRITE),
    /// Random records of a full store; each must be found.
    READRANDOM(Kind.READ),
    /// Keys between the records of a full store; none must be found.
    READMISSING(Kind.READ),
    /// From a random record on, the next 100 entries, key and value copied, through a cursor opened for it.
    SCAN100(Kind.READ),
    /// READRANDOM while one more thread overwrites random records one by one, as fast as it can unless a rate is given.
    READWHILEWRITING(Kind.READ),
    /// Of 20 operations on random records 19 read and one overwrites, by the same thread; both count.
    READMOSTLY(Kind.READ);

    enum Kind {
        WRITE,
        READ
    }

    /// One read in so many is timed, because reading the clock costs as much as a third of a cached read.
    static final int READ_SAMPLE = 8;

    static final int SCAN_ENTRIES = 100;

    /// In READMOSTLY one operation in so many writes.
    static final int WRITE_EVERY = 20;

    private final Kind kind;

    Workload(Kind kind) {
        this.kind = kind;
    }

    public boolean writes() {
        return kind == Kind.WRITE;
    }

    /// Whether it begins with an empty store; the others need one filled before.
    public boolean fills() {
        return this == FILLSEQ || this == FILLRANDOM;
    }

    /// One operation in so many is timed.
    public int sampledEvery() {
        return writes() || this == SCAN100 ? 1 : READ_SAMPLE;
    }

    /// What one latency is the latency of.
    public String timed(int batch) {
        if (writes()) return batch == 1 ? "write" : "batch of " + batch;
        return this == SCAN100 ? "scan" : "read";
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
