package dev.polder.memory;

import dev.polder.errors.BudgetExceededException;

/// How one number of bytes is divided: `budget = units × 64 KiB + metadata(units)`, exactly.
///
///     ┌────────────────────────────────┬─────────────┬────────────┬───────┬────────┬───────┬────────┬────────┐
///     │ units of 64 KiB, 2 MiB aligned │ descriptors │ page table │ hints │ policy │ units │ bitmap │ unused │
///     └────────────────────────────────┴─────────────┴────────────┴───────┴────────┴───────┴────────┴────────┘
///       16 granules of 4 KiB per unit    64 B/granule  16 B/granule ≥ 8 B            64 B/unit
///
/// The page table has two slots of 8 bytes per granule. Hints are a power of two of 4 bytes, at least two per
/// granule: with a budget of a power of two bytes this wastes nothing; just above one it has almost four, which
/// costs 0.2 % of the budget. What one more unit would not fit into is counted as metadata too (`unusedBytes`), so
/// that the sum is exact. How large the policy's area is, the policy says: ghosts, sketch and shadows lie there.
///
/// **Floors** are never lent; the sum of all floors fits the smallest budget. **Ceilings** are never passed; the
/// pool's is all but the floors of the others. Both are in units, and per engine: a thousand stores share them.
/// `docs/memory.md` has the table.
///
/// @param budgetBytes the one number
/// @param units       how many units it holds
/// @param policy      the area of the pool's eviction policy
/// @param warmPercent how much of the units keeps compressed blocks, at most [#WARM_PERCENT_MAX]
public record BudgetPlan(long budgetBytes, int units, PolicyArea policy, int warmPercent) {
    public static final int UNIT_BYTES = 64 << 10, GRANULE_BYTES = 4 << 10;
    public static final int GRANULES_PER_UNIT = UNIT_BYTES / GRANULE_BYTES;
    /// Units of one 2 MiB stretch, the size of a huge page.
    public static final int UNITS_PER_STRETCH = (2 << 20) / UNIT_BYTES;

    public static final int DESCRIPTOR_BYTES = 64, UNIT_DESCRIPTOR_BYTES = 64, TABLE_SLOT_BYTES = 8, HINT_BYTES = 4;

    /// Below this the floors leave no room to move.
    public static final long BUDGET_BYTES_MIN = 16L << 20;
    /// A granule number is an `int`.
    public static final long BUDGET_BYTES_MAX = 8L << 40;

    /// With more the floors of the smallest budget would leave no room to move.
    public static final int WARM_PERCENT_MAX = 40;

    private static final long HINTS_MAX = 1L << 31;

    /// A loader slot holds stored bytes of at most a 64 KiB block and its alignment: 72 KiB, hence two units.
    public static final int UNITS_PER_STAGING_SLOT = 2;

    /// The plan with as many units as the budget holds, for a policy that needs no area.
    public static BudgetPlan of(long budgetBytes) {
        return of(budgetBytes, PolicyArea.NONE);
    }

    /// The same without a share for compressed blocks.
    public static BudgetPlan of(long budgetBytes, PolicyArea policy) {
        return of(budgetBytes, policy, 0);
    }

    /// The plan with as many units as the budget holds.
    public static BudgetPlan of(long budgetBytes, PolicyArea policy, int warmPercent) {
        if (budgetBytes < BUDGET_BYTES_MIN)
            throw new BudgetExceededException("memory budget too small: budgetBytes=" + budgetBytes
                    + "; an engine needs at least " + BUDGET_BYTES_MIN + " bytes (16 MiB)");
        if (budgetBytes > BUDGET_BYTES_MAX)
            throw new IllegalArgumentException(
                    "budgetBytes=" + budgetBytes + ": use at most " + BUDGET_BYTES_MAX + " (8 TiB)");
        int fits = 0;
        int tooMany = (int) (budgetBytes / UNIT_BYTES) + 1;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) >>> 1;
            if ((long) middle * UNIT_BYTES + tablesBytes(middle, policy) <= budgetBytes) fits = middle;
            else tooMany = middle;
        }
        return new BudgetPlan(budgetBytes, fits, policy, warmPercent);
    }

    public BudgetPlan {
        if ((long) units * UNIT_BYTES + tablesBytes(units, policy) > budgetBytes)
            throw new IllegalArgumentException("units=" + units + " do not fit budgetBytes=" + budgetBytes);
        if (warmPercent < 0 || warmPercent > WARM_PERCENT_MAX)
            throw new IllegalArgumentException("warmPercent=" + warmPercent + ": use 0 to " + WARM_PERCENT_MAX);
    }

    /// All that is not units; `budgetBytes = unitBytes + metadataBytes`.
    public long metadataBytes() {
        return budgetBytes - unitBytes();
    }

    public long unitBytes() {
        return (long) units * UNIT_BYTES;
    }

    /// Left over because one more unit and its metadata would not fit.
    public long unusedBytes() {
        return metadataBytes() - tablesBytes(units, policy);
    }

    public long granules() {
        return (long) units * GRANULES_PER_UNIT;
    }

    public long descriptorsBytes() {
        return granules() * DESCRIPTOR_BYTES;
    }

    public long pageTableBytes() {
        return pageTableBytes(units);
    }

    public long hintBytes() {
        return hintBytes(units);
    }

    public long policyBytes() {
        return policyBytes(units, policy);
    }

    /// Offsets of the areas from the start of the region; each area is aligned to a cache line.
    long descriptorsOffset() {
        return unitBytes();
    }

    long pageTableOffset() {
        return descriptorsOffset() + descriptorsBytes();
    }

    long hintsOffset() {
        return pageTableOffset() + pageTableBytes();
    }

    long policyOffset() {
        return hintsOffset() + hintBytes();
    }

    long unitDescriptorsOffset() {
        return policyOffset() + policyBytes();
    }

    long bitmapOffset() {
        return unitDescriptorsOffset() + (long) units * UNIT_DESCRIPTOR_BYTES;
    }

    /// Never lent to others.
    public int floorUnits(Owner owner) {
        return switch (owner) {
            case POOL, GENERATIONS -> units / 8;
            case LOG -> logUnits();
            case STAGING -> stagingSlots() * UNITS_PER_STAGING_SLOT;
            case MERGE -> clamp(units / 32, 32, 1024);
            case QUERY -> clamp(units / 64, 8, 256);
            case WARM -> (int) ((long) units * warmPercent / 100);
        };
    }

    /// Never passed.
    public int ceilingUnits(Owner owner) {
        return switch (owner) {
            case POOL -> units - floorsOfOthers();
            case GENERATIONS -> units / 2;
            case LOG, STAGING, WARM -> floorUnits(owner);
            case MERGE -> Math.max(floorUnits(owner), units / 4);
            case QUERY -> Math.max(floorUnits(owner), units / 8);
        };
    }

    /// One contiguous area, leased at open: two of the largest groups.
    public long logBytes() {
        return (long) logUnits() * UNIT_BYTES;
    }

    /// A group, headers included, can be at least as large; larger batches are spilled.
    public long batchBytesMax() {
        return logBytes() / 2;
    }

    /// The largest value; with its key and headers it always fits a group.
    public int valueBytesMax() {
        return (int) Math.min(1 << 20, budgetBytes / 64);
    }

    public int stagingSlots() {
        return clamp(units / 64, 4, 32);
    }

    /// 1/32 of the budget and one unit (for key and headers), at most 32 MiB: half of it holds a value of
    /// budget/64.
    private int logUnits() {
        return (int) Math.min(512, (budgetBytes / 32 + UNIT_BYTES - 1) / UNIT_BYTES) + 1;
    }

    private int floorsOfOthers() {
        int sum = 0;
        for (Owner owner : Owner.values()) if (owner != Owner.POOL) sum += floorUnits(owner);
        return sum;
    }

    /// The equation and who may have what, as text.
    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append(
                "budget %d = %d units × %d + metadata %d (descriptors %d, page table %d, hints %d, policy %d, units and bitmap %d, unused %d)%n"
                        .formatted(
                                budgetBytes,
                                units,
                                UNIT_BYTES,
                                metadataBytes(),
                                descriptorsBytes(),
                                pageTableBytes(),
                                hintBytes(),
                                policyBytes(),
                                tablesBytes(units, policy)
                                        - descriptorsBytes()
                                        - pageTableBytes()
                                        - hintBytes()
                                        - policyBytes(),
                                unusedBytes()));
        for (Owner owner : Owner.values())
            text.append("  %-11s floor %6d units, ceiling %6d units%n"
                    .formatted(owner, floorUnits(owner), ceilingUnits(owner)));
        return text.toString();
    }

    /// Strictly monotone in `units`: the search in [#of] relies on it.
    private static long tablesBytes(int units, PolicyArea policy) {
        long granules = (long) units * GRANULES_PER_UNIT;
        return granules * DESCRIPTOR_BYTES
                + pageTableBytes(units)
                + hintBytes(units)
                + policyBytes(units, policy)
                + (long) units * UNIT_DESCRIPTOR_BYTES
                + UnitMap.bytes(units);
    }

    private static long policyBytes(int units, PolicyArea policy) {
        return lines(policy.bytes(units));
    }

    private static long pageTableBytes(int units) {
        return 2L * units * GRANULES_PER_UNIT * TABLE_SLOT_BYTES;
    }

    private static long hintBytes(int units) {
        long hints = 2L * units * GRANULES_PER_UNIT;
        long powerOfTwo = Math.max(1, Long.highestOneBit(hints));
        return Math.min(HINTS_MAX, powerOfTwo < hints ? powerOfTwo << 1 : powerOfTwo) * HINT_BYTES;
    }

    /// Rounded up to cache lines.
    static long lines(long bytes) {
        return (bytes + 63) & -64;
    }

    private static int clamp(int value, int min, int max) {
        return Math.max(min, Math.min(max, value));
    }
}
