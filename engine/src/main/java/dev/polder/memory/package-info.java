/// Who may use how many bytes: one region per engine, leased in units, and the only way to touch it.
///
///     [ unit | unit | … ]  [ descriptors | page table | policy | … ]     budget = units × 64 KiB + metadata(units)
///        ▲ tryLease(owner)          ▲ the pool's, never reset
///
/// **Words.** A *unit* is 64 KiB, the size of a lease. A *granule* is 4 KiB, the smallest frame or chunk; each has
/// a permanent 64-byte *descriptor*. A *stretch* is 2 MiB, a huge page; one owner's leases stay in one stretch
/// while they can. An *owner* has a *floor*, never lent to others, and a *ceiling*, never passed.
///
/// **Always true.** Nothing outside the region is used for bulk bytes, so the sum of all owners is the budget. An
/// owner below its floor is served at once. An address used with [Memory] lies in a unit its user has leased, or
/// is only believed after a check of a descriptor's version.
///
/// **Threads.** [MemoryBudget] is thread-safe, its mutex the innermost of the engine; [Memory] is what the machine
/// is. **Start reading at** [BudgetPlan], then [MemoryBudget].
@NullMarked
package dev.polder.memory;

import org.jspecify.annotations.NullMarked;
