package dev.polder.memory;

/// Gives units back when another owner needs them: the buffer pool.
///
/// [MemoryBudget] calls this without holding its mutex, on the thread of whoever asks for memory; the lender may
/// take its own locks, and may call [MemoryBudget#tryLease] for [Owner#POOL] under them, but must not lease under
/// another name.
@FunctionalInterface
public interface UnitLender {
    /// Empties one leased unit and hands it over: its index, or -1 when none can be emptied now. The unit stays in
    /// the pool's name until the budget has moved it, and the pool must not touch it again: it never calls
    /// `giveBack` for it.
    int surrenderUnit();
}
