package dev.polder.buffer;

import dev.polder.buffer.eviction.Eviction;
import dev.polder.interleaved.Exploration;
import dev.polder.interleaved.Explorer;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.planted.LentRegions;
import dev.polder.runtime.Seams;
import java.util.ArrayList;
import java.util.List;

/// What may happen to a frame, a unit or a count between two accesses to memory: small scenes on a pool that is left
/// with a single unit, in every order that two interruptions make possible. Loaded by
/// [dev.polder.planted.PoolInterleavingsTest] with a step before each access.
///
/// The block of a frame of 64 KiB is eight words here; that is enough to see it torn.
public final class PoolInterleavings {
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int WORDS = 8;

    /// A pool with so many units of its own; all other memory belongs to somebody else.
    private abstract static class Scene implements Explorer.Scenario {
        private final int units;
        MemoryBudget budget;
        BufferPool pool;
        PinOwner owner;

        Scene(int units) {
            this.units = units;
        }

        abstract List<Runnable> tasks();

        @Override
        public final List<Runnable> tasks(Seams seams) {
            budget = MemoryBudget.open(
                    new LentRegions(), BudgetPlan.of(BudgetPlan.BUDGET_BYTES_MIN, Eviction.CLOCK.area()), seams);
            pool = BufferPool.open(budget, Eviction.CLOCK, seams);
            owner = pool.pinOwner("explored");
            boolean small = pool.resize(units);
            if (!small) throw new AssertionError("the pool is not small");
            return tasks();
        }

        @Override
        public void check() {
            pool.checkEverything();
            if (owner.pins() != 0) throw new AssertionError(owner.pins() + " pins are left");
            if (pool.metrics().pinned() != 0) throw new AssertionError("pinned frames are left");
            checkSums();
        }

        final void checkSums() {
            long leased = budget.usage().stream()
                    .mapToLong(usage -> usage.leasedBytes())
                    .sum();
            if (leased > (long) budget.units() * MemoryBudget.UNIT_BYTES) throw new AssertionError("over budget");
        }

        @Override
        public void close() {
            if (budget != null) budget.close();
        }

        // ---- what tasks do ----

        /// Loads a block, if a frame can be had.
        void load(long id) {
            FrameRef ref = new FrameRef();
            if (pool.findExactly(ref, id, proof(id))) return;
            int frame = pool.allocate(id, BLOCK_BYTES);
            if (frame == BufferPool.NO_FRAME) return;
            for (int i = 0; i < WORDS; i++) Memory.putLong(pool.address(frame) + 8L * i, word(id, i));
            if (!pool.publish(ref, frame, id, proof(id))) pool.abandon(frame);
        }

        /// Reads a block without a lock; what it believes must be true.
        void read(long id) {
            FrameRef ref = new FrameRef();
            // A use, which makes the block hot for the look by its hint alone; with three it may be found so.
            boolean hinted = pool.findHinted(ref, id, proof(id));
            if (!hinted && !pool.find(ref, id, proof(id))) return;
            boolean holds = holds(ref.address(), id);
            if (ref.valid() && !holds) throw new AssertionError("wrong bytes of block " + id + " were believed");
        }

        /// Makes a block hot, and says where it was seen.
        long seen(long id) {
            FrameRef ref = new FrameRef();
            while (!pool.findHinted(ref, id, proof(id)))
                if (!pool.find(ref, id, proof(id))) throw new AssertionError("block " + id + " is not there");
            return pool.sight(ref);
        }

        /// Reads a block where it was seen, if it is there; what it believes must be true.
        void readSeen(long id, long sight) {
            FrameRef ref = new FrameRef();
            if (!pool.findSeen(ref, sight)) return;
            boolean holds = holds(ref.address(), id);
            if (ref.valid() && !holds) throw new AssertionError("wrong bytes of block " + id + " were believed");
        }

        /// Reads a block that it pins: its bytes must stay.
        void readPinned(long id) {
            FrameRef ref = new FrameRef();
            if (!pool.find(ref, id, proof(id)) || !pool.pin(ref, owner)) return;
            if (!holds(ref.address(), id))
                throw new AssertionError("the bytes of pinned block " + id + " have changed");
            pool.unpin(ref, owner);
        }

        /// Takes a unit for somebody else, writes into it, and gives it back.
        void borrow(Owner borrower) {
            int unit = budget.tryLease(borrower);
            if (unit < 0) return;
            long address = budget.unitAddress(unit);
            for (int i = 0; i < WORDS; i++) Memory.putLong(address + 8L * i, ~i);
            for (int i = 0; i < WORDS; i++) {
                if (Memory.getLong(address + 8L * i) != ~i)
                    throw new AssertionError("somebody writes into a leased unit");
            }
            budget.giveBack(borrower, unit);
        }

        /// Leases all that this owner may have, and gives so many back.
        void leaseAllBut(int kept, Owner other) {
            List<Integer> leased = new ArrayList<>();
            for (int unit; (unit = budget.tryLease(other)) >= 0; ) leased.add(unit);
            for (int i = 0; i < kept && !leased.isEmpty(); i++) budget.giveBack(other, leased.removeLast());
        }

        private static boolean holds(long address, long id) {
            boolean holds = true;
            for (int i = 0; i < WORDS; i++) holds &= Memory.getLong(address + 8L * i) == word(id, i);
            return holds;
        }

        static long proof(long id) {
            return BufferPool.proof((int) id * 31, BLOCK_BYTES);
        }

        static long word(long id, int i) {
            return (id + 1) * 0x9e37_79b9_7f4a_7c15L + i;
        }
    }

    /// The state word: readers look while the only frame goes from one block to another and back.
    public void anOptimisticReaderNoticesThatItsFrameWasTaken() {
        Exploration.explore("state word, read", () -> new Scene(1) {
            @Override
            List<Runnable> tasks() {
                load(1);
                return List.of(() -> read(1), () -> {
                    load(2);
                    load(1);
                });
            }
        });
    }

    /// A sight: a reader comes back to a frame by nothing but its version, while the frame goes to another block
    /// that is as hot, and back.
    public void aSightShowsWhatWasSeenOrNothing() {
        Exploration.explore("sight, read", () -> new Scene(1) {
            @Override
            List<Runnable> tasks() {
                load(1);
                long sight = seen(1);
                return List.of(() -> readSeen(1, sight), () -> {
                    load(2);
                    seen(2);
                    load(1);
                });
            }
        });
    }

    /// The same while the unit goes to somebody else.
    public void aSightOfAUnitThatLeftShowsNothing() {
        Exploration.explore("sight, unit ownership", () -> new Scene(1) {
            @Override
            List<Runnable> tasks() {
                load(1);
                long sight = seen(1);
                return List.of(() -> readSeen(1, sight), () -> {
                    int unit = pool.surrenderUnit();
                    if (unit < 0) return;
                    for (int i = 0; i < WORDS; i++) Memory.putLong(budget.unitAddress(unit) + 8L * i, ~i);
                    budget.giveBack(Owner.POOL, unit);
                });
            }
        });
    }

    /// The state word: a pinned frame stays, or is not pinned.
    public void aPinnedFrameStays() {
        Exploration.explore("state word, pin", () -> new Scene(1) {
            @Override
            List<Runnable> tasks() {
                load(1);
                return List.of(() -> readPinned(1), () -> load(2), () -> readPinned(1));
            }
        });
    }

    /// The page table and the free list: three blocks, two frames.
    public void whatIsResidentIsFoundAndNothingElse() {
        Exploration.explore("page table, free list", () -> new Scene(2) {
            @Override
            List<Runnable> tasks() {
                load(1);
                FrameRef stays = new FrameRef();
                if (!pool.find(stays, 1, proof(1)) || !pool.pin(stays, owner)) throw new AssertionError("not pinned");
                load(2);
                return List.of(
                        () -> {
                            if (!pool.findExactly(new FrameRef(), 1, proof(1)))
                                throw new AssertionError("a pinned block is missed");
                            pool.unpin(stays, owner);
                        },
                        () -> load(3),
                        () -> read(2));
            }
        });
    }

    /// A unit changes its owner while somebody reads what was in it.
    public void aUnitThatGoesToSomebodyElseIsNotBelieved() {
        Exploration.explore("unit ownership", () -> new Scene(1) {
            @Override
            List<Runnable> tasks() {
                load(1);
                return List.of(
                        () -> read(1),
                        () -> {
                            int unit = pool.surrenderUnit();
                            if (unit < 0) return;
                            for (int i = 0; i < WORDS; i++) Memory.putLong(budget.unitAddress(unit) + 8L * i, ~i);
                            budget.giveBack(Owner.POOL, unit);
                        },
                        () -> load(1));
            }
        });
    }

    /// Budget and pool ask each other for the same unit.
    public void lenderAndLesseeMeet() {
        Exploration.explore("unit lent", () -> new Scene(1) {
            @Override
            List<Runnable> tasks() {
                load(1);
                return List.of(() -> borrow(Owner.MERGE), () -> load(2), () -> borrow(Owner.QUERY));
            }
        });
    }

    /// The counters of the budget: the last units of all, asked for by several at once. Whoever asks sees to it that
    /// the sums hold.
    public void theLastUnitsAreGivenOnce() {
        Exploration.explore("budget counters", () -> new Scene(Integer.MAX_VALUE) {
            @Override
            List<Runnable> tasks() {
                int floor = budget.plan().floorUnits(Owner.POOL);
                for (int id = 1; id <= floor; id++) load(id);
                leaseAllBut(0, Owner.GENERATIONS);
                leaseAllBut(0, Owner.QUERY);
                leaseAllBut(1, Owner.MERGE); // the last one: not at its ceiling, but nothing is left
                load(floor + 1);
                if (budget.leasedBytes(Owner.POOL) != (floor + 1L) * MemoryBudget.UNIT_BYTES) {
                    throw new AssertionError("the pool should have a unit to give, and no more");
                }
                return List.of(() -> borrow(Owner.MERGE), () -> borrow(Owner.MERGE), () -> borrow(Owner.MERGE));
            }
        });
    }

    /// The cap on pins: the last pin that may be is given once.
    public void theLastPinIsGivenOnce() {
        Exploration.explore("pin counter", () -> new Scene(70) {
            private List<FrameRef> held = List.of();

            @Override
            List<Runnable> tasks() {
                int most = pool.pinnedFramesMax();
                List<FrameRef> pinned = new ArrayList<>();
                for (int id = 1; id < most; id++) {
                    load(id);
                    FrameRef ref = new FrameRef();
                    if (!pool.find(ref, id, proof(id)) || !pool.pin(ref, owner)) throw new AssertionError("pin " + id);
                    pinned.add(ref);
                }
                load(most);
                load(most + 1L);
                held = pinned;
                return List.of(() -> pinWithin(most, most), () -> pinWithin(most + 1L, most));
            }

            @Override
            public void check() {
                held.forEach(ref -> pool.unpin(ref, owner));
                super.check();
            }

            private void pinWithin(long id, int most) {
                FrameRef ref = new FrameRef();
                if (!pool.find(ref, id, proof(id)) || !pool.pin(ref, owner)) return;
                if (pool.metrics().pinned() > most) throw new AssertionError("more frames are pinned than may be");
                pool.unpin(ref, owner);
            }
        });
    }
}
