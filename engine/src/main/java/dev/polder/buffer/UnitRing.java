package dev.polder.buffer;

import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;

/// The units of each class, in a ring: linked through the lessee's part of the unit descriptors. Under the pool's
/// mutex.
final class UnitRing {
    private static final int NEXT = MemoryBudget.UNIT_DESCRIPTOR_LESSEE, PREVIOUS = NEXT + 4;

    private final MemoryBudget budget;
    private final int[] units = new int[FrameClass.COUNT];
    private final int[] hand = new int[FrameClass.COUNT];

    UnitRing(MemoryBudget budget) {
        this.budget = budget;
    }

    int units(int frameClass) {
        return units[frameClass];
    }

    /// The unit whose turn it is, of a class that has one; the next call gives the one after it.
    int turn(int frameClass) {
        int unit = hand[frameClass];
        hand[frameClass] = next(unit);
        return unit;
    }

    /// Its turn comes last.
    void add(int unit, int frameClass) {
        if (units[frameClass]++ == 0) {
            join(unit, unit);
            hand[frameClass] = unit;
            return;
        }
        int next = hand[frameClass];
        join(previous(next), unit);
        join(unit, next);
    }

    void remove(int unit, int frameClass) {
        units[frameClass]--;
        int next = next(unit);
        join(previous(unit), next);
        if (hand[frameClass] == unit) hand[frameClass] = next;
    }

    private int next(int unit) {
        return Memory.getInt(budget.unitDescriptor(unit) + NEXT);
    }

    private int previous(int unit) {
        return Memory.getInt(budget.unitDescriptor(unit) + PREVIOUS);
    }

    private void join(int unit, int next) {
        Memory.putInt(budget.unitDescriptor(unit) + NEXT, next);
        Memory.putInt(budget.unitDescriptor(next) + PREVIOUS, unit);
    }
}
