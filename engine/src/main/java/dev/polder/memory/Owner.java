package dev.polder.memory;

/// Who leases units. Every bulk byte of the engine is leased under one of these names; each has a floor that is
/// never lent to others and a ceiling it never passes (see [BudgetPlan]).
public enum Owner {
    /// The buffer pool: clean, immutable, decoded blocks. Takes what the others do not hold, and surrenders it
    /// again.
    POOL(0),
    /// What is written and not merged yet, of all stores.
    GENERATIONS(1),
    /// The staging area in which groups are assembled before they reach a log.
    LOG(2),
    /// Loader slots: stored bytes on their way into a frame, and bypass copies when no frame is to be had.
    STAGING(3),
    /// Write and scan buffers of merges and compactions.
    MERGE(4),
    /// Scratch of read slots and cursors.
    QUERY(5),
    /// Compressed images of blocks that left the pool: as much as was asked for when the engine opened, or nothing.
    WARM(6);

    private static final Owner[] BY_NUMBER = values();
    static final int COUNT = BY_NUMBER.length;

    /// Its place in arrays, and plus one in unit descriptors.
    final int number;

    Owner(int number) {
        this.number = number;
    }

    static Owner of(int number) {
        return BY_NUMBER[number];
    }
}
