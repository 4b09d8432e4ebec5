package dev.polder;

import dev.polder.memory.MemoryBudget;
import dev.polder.memory.OwnerUsage;
import dev.polder.store.EngineCore;
import java.util.List;
import java.util.Locale;

/// Who uses how much of an engine's budget: `budget = units × 64 KiB + metadata + rest`, where the rest is less than
/// a unit and its metadata.
///
/// @param budgetBytes   what the engine was given
/// @param metadataBytes descriptors, page table and other tables
/// @param owners        one line for each owner of units
/// @param hugePageBytes how much of the budget the system has given as huge pages so far; -1 if that is not known
/// @param placement     on which memory nodes of the machine it lies
public record MemoryReport(
        long budgetBytes, long metadataBytes, List<OwnerLine> owners, long hugePageBytes, String placement) {
    /// @param floorBytes   never lent to others
    /// @param ceilingBytes never passed
    /// @param leasedBytes  held now
    /// @param peakBytes    held at most so far
    public record OwnerLine(String owner, long floorBytes, long ceilingBytes, long leasedBytes, long peakBytes) {}

    static MemoryReport of(EngineCore core) {
        MemoryBudget budget = core.budget();
        return new MemoryReport(
                budget.plan().budgetBytes(),
                budget.plan().metadataBytes(),
                budget.usage().stream().map(MemoryReport::line).toList(),
                budget.hugePageBytes(),
                budget.placement());
    }

    private static OwnerLine line(OwnerUsage usage) {
        return new OwnerLine(
                usage.owner().name().toLowerCase(Locale.ROOT),
                usage.floorBytes(),
                usage.ceilingBytes(),
                usage.leasedBytes(),
                usage.peakBytes());
    }

    /// Bytes of units that are leased, and metadata.
    public long usedBytes() {
        return metadataBytes + owners.stream().mapToLong(OwnerLine::leasedBytes).sum();
    }

    /// As a table, in KiB.
    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        table.append(String.format(
                Locale.ROOT, "budget %,d KiB, metadata %,d KiB%n", budgetBytes >> 10, metadataBytes >> 10));
        table.append(String.format(
                Locale.ROOT, "%-12s %12s %12s %12s %12s%n", "owner", "floor", "ceiling", "leased", "peak"));
        for (OwnerLine line : owners) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-12s %,12d %,12d %,12d %,12d%n",
                    line.owner,
                    line.floorBytes >> 10,
                    line.ceilingBytes >> 10,
                    line.leasedBytes >> 10,
                    line.peakBytes >> 10));
        }
        table.append(
                        hugePageBytes < 0
                                ? "huge pages unknown"
                                : String.format(Locale.ROOT, "huge pages %,d KiB", hugePageBytes >> 10))
                .append("; ")
                .append(placement)
                .append(System.lineSeparator());
        return table.toString();
    }
}
