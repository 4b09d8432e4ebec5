package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.runtime.Seams;
import dev.polder.testkit.HeapRegions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// [ReadSlots] and [Retirement]: nothing is released while a reader that may see it is inside, and all of it is
/// released in the end, once.
class ReadEpochsTest {
    private static final int SLOTS = 32;
    private static final int READERS = 40;
    private static final int THINGS = 20_000;

    private final Seams seams = Seams.system();

    private static final class Thing {
        final AtomicInteger released = new AtomicInteger();
    }

    private volatile Thing current = new Thing();
    private volatile boolean stop;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Test
    void whatAReaderSeesIsNotReleased() throws Exception {
        try (MemoryBudget budget = MemoryBudget.open(new HeapRegions(), BudgetPlan.of(16 << 20), seams)) {
            ReadSlots slots = new ReadSlots(SLOTS, budget, seams);
            Retirement retirement = new Retirement(slots, seams.tasks().mutex("retirement"));
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                int number = i;
                readers.add(Thread.ofPlatform().start(() -> read(slots, number)));
            }
            List<Thing> things = new ArrayList<>();
            for (int i = 0; i < THINGS; i++) {
                Thing old = current;
                things.add(old);
                current = new Thing();
                retirement.add(i % 3 == 0, old.released::incrementAndGet);
                retirement.release(i % 2 == 0);
                if (i % 64 == 0) Thread.sleep(0, 1);
            }
            stop = true;
            for (Thread reader : readers) reader.join();
            if (failure.get() != null) throw new AssertionError(failure.get());
            retirement.release(true);
            assertThat(retirement.isEmpty()).isTrue();
            for (Thing thing : things) assertThat(thing.released.get()).isOne();
            assertThat(current.released.get()).isZero();
        }
    }

    private void read(ReadSlots slots, int number) {
        try {
            while (!stop && failure.get() == null) {
                ReadSlot slot = slots.enter();
                Thing seen = current;
                Memory.putLong(slot.keyAddress(), number);
                Memory.putLong(slot.spareAddress(), number);
                for (int i = 0; i < 20; i++) {
                    if (seen.released.get() != 0) throw new AssertionError("released under a reader");
                    Thread.onSpinWait();
                }
                if (Memory.getLong(slot.keyAddress()) != number || Memory.getLong(slot.spareAddress()) != number) {
                    throw new AssertionError("two readers in one slot");
                }
                slots.exit(slot);
            }
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
        }
    }

    @Test
    void aReaderInsideHoldsBackWhatCameAfterItAndNothingElse() {
        try (MemoryBudget budget = MemoryBudget.open(new HeapRegions(), BudgetPlan.of(16 << 20), seams)) {
            ReadSlots slots = new ReadSlots(SLOTS, budget, seams);
            Retirement retirement = new Retirement(slots, seams.tasks().mutex("retirement"));
            List<String> released = new ArrayList<>();
            ReadSlot before = slots.enter();
            retirement.add(false, () -> released.add("memory"));
            retirement.add(true, () -> released.add("file"));
            ReadSlot after = slots.enter();
            assertThat(retirement.release(true)).isFalse();
            slots.exit(before);
            assertThat(retirement.release(false)).isTrue();
            assertThat(released).containsExactly("memory");
            assertThat(retirement.isEmpty()).isFalse();
            assertThat(retirement.release(true)).isTrue();
            assertThat(released).containsExactly("memory", "file");
            slots.exit(after);
        }
    }
}
