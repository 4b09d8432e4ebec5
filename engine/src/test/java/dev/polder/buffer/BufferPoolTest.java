package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.buffer.PoolMetrics.ClassMetrics;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.memory.ArenaRegions;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.runtime.Tasks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the pool promises to those who find, load and pin.
///
/// One thing: the tests of one class, over one fixture.
class BufferPoolTest {
    private static final int FILES = 50;
    private static final int[] SIZES = {100, 4096, 5000, 16 << 10, 40_000, 64 << 10};

    @Test
    void findsWhatWasPublishedAndOnlyThat() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            assertThat(f.pool.find(ref, 7, PoolFixture.proof(7, 4096))).isFalse();
            assertThat(f.load(ref, 7, 4096)).isTrue();
            assertThat(ref.valid()).isTrue();
            assertThat(f.pool.find(ref, 7, PoolFixture.proof(7, 4096))).isTrue();
            assertThat(PoolFixture.holds(ref.address(), 7, 4096)).isTrue();
            assertThat(f.pool.find(ref, 7, PoolFixture.proof(8, 4096)))
                    .as("same place, other checksum")
                    .isFalse();
            assertThat(f.pool.findExactly(ref, 8, PoolFixture.proof(8, 4096))).isFalse();
            assertThat(f.pool.metrics().misses()).isEqualTo(1);
            f.pool.checkEverything();
        }
    }

    @Test
    void publishingAnotherBlockAtTheSamePlaceReplacesTheOldUnlessItIsPinned() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef old = new FrameRef();
            FrameRef ref = new FrameRef();
            PinOwner owner = f.pool.pinOwner("test");
            f.load(old, 7, 4096);
            long otherProof = BufferPool.proof(99, 4096);
            assertThat(f.pool.pin(old, owner)).isTrue();
            int frame = f.pool.allocate(7, 4096);
            assertThat(f.pool.publish(ref, frame, 7, otherProof)).isFalse();
            f.pool.unpin(old, owner);
            assertThat(f.pool.publish(ref, frame, 7, otherProof)).isTrue();
            assertThat(old.valid()).isFalse();
            assertThat(f.pool.find(ref, 7, otherProof)).isTrue();
            f.pool.checkEverything();
        }
    }

    /// A block is recognised by its hint alone once it is used much, and never after it has left, whatever hints say.
    @ParameterizedTest
    @EnumSource(Eviction.class)
    void noHintPointsAtAnotherBlock(Eviction eviction) {
        long seed = eviction.name().hashCode();
        Random random = new Random(seed);
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, eviction)) {
            FrameRef ref = new FrameRef();
            FrameRef loaded = new FrameRef();
            FrameHints hints = new FrameHints(f.budget.hints(), f.budget.hintBytes());
            int frames = f.budget.units() * 16;
            int byHint = 0;
            for (int step = 0; step < 200_000; step++) {
                long id = (1L << 32) + random.nextInt(6000) * 256L + random.nextInt(2);
                long proof = PoolFixture.proof(id, 4096);
                hints.set((1L << 32) + random.nextInt(6000) * 256L, random.nextInt(frames));
                boolean hinted = f.pool.findHinted(ref, id, proof);
                if (hinted) byHint++;
                boolean there = f.pool.find(loaded, id, proof);
                if (hinted) assertThat(there).as("seed %d step %d", seed, step).isTrue();
                if (!there) f.load(ref, id, 4096);
                else if (hinted) assertThat(ref.address()).isEqualTo(loaded.address());
                assertThat(PoolFixture.holds(there && !hinted ? loaded.address() : ref.address(), id, 64))
                        .as("seed %d step %d", seed, step)
                        .isTrue();
                for (int use = 0; use < 16 && step % 8 == 0; use++) f.pool.find(ref, id, proof);
            }
            if (eviction == Eviction.DEFAULT || eviction == Eviction.CLOCK)
                assertThat(byHint).isPositive();
            f.pool.checkEverything();
        }
    }

    /// A block is found where it was seen as long as it is there, once it is used much, and never after it has left its
    /// frame: not when the frame, or another, holds it again, nor when its unit came back in another class.
    @ParameterizedTest
    @EnumSource(Eviction.class)
    void noSightShowsAnotherBlock(Eviction eviction) {
        long seed = eviction.name().hashCode();
        Random random = new Random(seed);
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, eviction)) {
            FrameRef ref = new FrameRef();
            FrameRef seen = new FrameRef();
            int ids = 6000;
            long[] sights = new long[ids];
            Arrays.fill(sights, FrameSight.NONE);
            int[] bytes = new int[ids];
            int bySight = 0;
            for (int step = 0; step < 200_000; step++) {
                String when = eviction + " seed " + seed + " step " + step;
                int block = random.nextInt(step % 4 == 0 ? ids : 600);
                long id = (1L << 32) + block;
                boolean again = f.pool.findSeen(seen, sights[block]);
                boolean there = bytes[block] > 0 && f.pool.find(ref, id, PoolFixture.proof(id, bytes[block]));
                if (again) {
                    bySight++;
                    assertThat(there).as(when).isTrue();
                    assertThat(seen.address()).as(when).isEqualTo(ref.address());
                    assertThat(PoolFixture.holds(seen.address(), id, 64))
                            .as(when)
                            .isTrue();
                    assertThat(seen.valid()).as(when).isTrue();
                }
                if (!there) {
                    bytes[block] = 4096 << (2 * random.nextInt(3));
                    if (!f.load(ref, id, 64, bytes[block])) continue;
                }
                sights[block] = f.pool.sight(ref);
                assertThat(sights[block]).as(when).isNotEqualTo(FrameSight.NONE);
                for (int use = 0; use < 16 && step % 8 == 0; use++)
                    f.pool.find(ref, id, PoolFixture.proof(id, bytes[block]));
            }
            if (eviction == Eviction.DEFAULT || eviction == Eviction.CLOCK)
                assertThat(bySight).isPositive();
            f.pool.checkEverything();
        }
    }

    /// A block that is found where it was seen is one whose uses are full: the policy learns of all others.
    @Test
    void aSightShowsNoBlockWhoseUsesAreToBeCounted() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            f.load(ref, 7, 4096);
            long sight = f.pool.sight(ref);
            int uses = 0;
            while (!f.pool.findSeen(ref, sight)) {
                assertThat(f.pool.find(ref, 7, PoolFixture.proof(7, 4096))).isTrue();
                uses++;
            }
            assertThat(uses).isEqualTo(3);
            assertThat(f.pool.sight(ref)).isEqualTo(sight);
            ref.pointAtCopy(ref.address());
            assertThat(f.pool.sight(ref)).isEqualTo(FrameSight.NONE);
            assertThat(f.pool.findSeen(ref, FrameSight.NONE)).isFalse();
        }
    }

    /// Everything the pool can do, at random, against what must be true of it.
    @ParameterizedTest
    @EnumSource(Eviction.class)
    void keepsItsPromisesUnderRandomOperations(Eviction eviction) {
        for (long seed = 1; seed <= 2; seed++)
            randomOperations(eviction, eviction.name().hashCode() + seed);
    }

    private static void randomOperations(Eviction eviction, long seed) {
        Random random = new Random(seed);
        record Pinned(FrameRef ref, long id, int bytes) {}
        List<Pinned> pinned = new ArrayList<>();
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, eviction)) {
            PinOwner owner = f.pool.pinOwner("test");
            long[] versions = new long[f.budget.units() * 16];
            int idsMax = 16 << random.nextInt(9);
            int hits = 0;
            for (int step = 0; step < 20_000; step++) {
                String when = eviction + " seed " + seed + " step " + step;
                long id = id(random, idsMax);
                int bytes = SIZES[(int) id % SIZES.length];
                FrameRef ref = new FrameRef();
                switch (random.nextInt(100)) {
                    case 0, 1, 2 -> f.takeUnit((byte) random.nextInt());
                    case 3, 4 -> f.giveUnitBack();
                    case 5, 6, 7, 8 -> {
                        if (f.pool.find(ref, id, PoolFixture.proof(id, bytes)) && f.pool.pin(ref, owner))
                            pinned.add(new Pinned(ref, id, bytes));
                    }
                    case 9, 10, 11 -> {
                        if (!pinned.isEmpty()) f.pool.unpin(pinned.remove(random.nextInt(pinned.size())).ref, owner);
                    }
                    case 12 -> {
                        int frame = f.pool.allocate(id, bytes);
                        if (frame != BufferPool.NO_FRAME) f.pool.abandon(frame);
                    }
                    case 13 -> f.pool.forget(new long[] {id >>> 32, random.nextInt(FILES)});
                    case 14, 15 -> f.loadHeir(ref, id, bytes, random.nextBoolean() ? 0 : id(random, idsMax));
                    default -> {
                        if (f.pool.findExactly(ref, id, PoolFixture.proof(id, bytes))) hits++;
                        else if (!f.load(ref, id, bytes)) continue;
                        assertThat(PoolFixture.holds(ref.address(), id, bytes))
                                .as(when)
                                .isTrue();
                        assertThat(ref.valid()).as(when).isTrue();
                    }
                }
                for (Pinned pin : pinned) assertThat(pin.ref.valid()).as(when).isTrue();
                if (step % 500 != 0) continue;
                f.pool.checkEverything();
                for (Pinned pin : pinned)
                    assertThat(PoolFixture.holds(pin.ref.address(), pin.id, pin.bytes))
                            .as(when)
                            .isTrue();
                checkMetrics(f.pool.metrics(), when);
                for (int granule = 0; granule < versions.length; granule++) {
                    long version = Memory.getLong(f.descriptor(granule)) >>> 20;
                    assertThat(version).as("%s: never reset", when).isGreaterThanOrEqualTo(versions[granule]);
                    versions[granule] = version;
                }
            }
            assertThat(hits).as("seed %d", seed).isPositive();
            assertThat(owner.pins()).isEqualTo(pinned.size());
            for (Pinned pin : pinned) f.pool.unpin(pin.ref, owner);
            assertThat(f.pool.metrics().pinned()).isZero();
            assertThat(f.pool.pinHolders()).isEmpty();
        }
    }

    private static long id(Random random, int idsMax) {
        int number = 1 + random.nextInt(idsMax);
        return (long) (number % FILES) << 32 | number;
    }

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void framesOfFilesThatNobodyReadsAreFree(Eviction eviction) {
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, eviction)) {
            PinOwner owner = f.pool.pinOwner("test");
            FrameRef pinned = new FrameRef();
            f.load(pinned, 2L << 32 | 99, 4096);
            assertThat(f.pool.pin(pinned, owner)).isTrue();
            FrameRef ref = new FrameRef();
            for (long file = 1; file <= 3; file++)
                for (long i = 0; i < 30; i++) f.load(ref, file << 32 | i, SIZES[(int) i % SIZES.length]);
            f.pool.forget(new long[] {2, 7});
            assertThat(f.pool.metrics().framesForgotten()).isEqualTo(30);
            assertThat(f.pool.metrics().evictions()).isZero();
            for (long file = 1; file <= 3; file++) {
                for (long i = 0; i < 30; i++) {
                    long id = file << 32 | i;
                    assertThat(f.pool.find(ref, id, PoolFixture.proof(id, SIZES[(int) i % SIZES.length])))
                            .isEqualTo(file != 2);
                }
            }
            assertThat(pinned.valid()).as("pinned, so it stays").isTrue();
            f.pool.checkEverything();
            f.pool.unpin(pinned, owner);
        }
    }

    /// A frame that costs nobody a block is given while there is one; after that only to those who may evict.
    @Test
    void aFreeFrameIsNeverTakenFromABlock() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            long id = 1;
            for (int frame; (frame = f.pool.allocateFree(4096)) != BufferPool.NO_FRAME; id++) {
                assertThat(f.pool.publish(ref, frame, id, PoolFixture.proof(id, 4096)))
                        .isTrue();
            }
            assertThat(f.pool.metrics().evictions()).isZero();
            assertThat(id).as("all units of the pool").isGreaterThan(1000);
            assertThat(f.load(ref, id, 4096)).isTrue();
            assertThat(f.pool.metrics().evictions()).isEqualTo(1);
            f.pool.checkEverything();
        }
    }

    /// What takes the place of a block in use outlives, as that one would, blocks that are read once.
    @ParameterizedTest
    @EnumSource(
            value = Eviction.class,
            names = {"WINDOW_TINY_LFU", "CLOCK", "S3_FIFO"})
    void anHeirIsAsMuchWantedAsItsFormer(Eviction eviction) {
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, eviction)) {
            f.squeeze();
            FrameRef ref = new FrameRef();
            int hot = 20;
            for (long id = 1; id <= hot; id++) {
                f.load(ref, id, 4096);
                assertThat(f.pool.isUsed(id, PoolFixture.proof(id, 4096))).isFalse();
                for (int use = 0; use < 20; use++) f.pool.find(ref, id, PoolFixture.proof(id, 4096));
                assertThat(f.pool.isUsed(id, PoolFixture.proof(id, 4096))).isTrue();
            }
            for (long id = 1; id <= hot; id++)
                assertThat(f.loadHeir(ref, 1000 + id, 4096, id)).isTrue();
            int frames = f.pool.metrics().classes().getFirst().frames();
            for (long id = 1; id < frames; id++) f.load(ref, 100_000 + id, 4096);
            int there = 0;
            for (long id = 1; id <= hot; id++) if (f.pool.holds(1000 + id, PoolFixture.proof(1000 + id, 4096))) there++;
            assertThat(there).isEqualTo(hot);
        }
    }

    private static void checkMetrics(PoolMetrics metrics, String when) {
        for (ClassMetrics c : metrics.classes())
            assertThat(c.free() + c.resident()).as("%s %s", when, c).isEqualTo(c.frames());
        assertThat(metrics.pinned()).as(when).isLessThanOrEqualTo(metrics.pinnedFramesMax());
    }

    @Test
    void pinsStopAtAQuarterOfTheUnitsAndTheRefusalCanNameTheHolders() {
        try (PoolFixture f = new PoolFixture()) {
            PinOwner owner = f.pool.pinOwner("views of orders");
            FrameRef ref = new FrameRef();
            FrameRef first = new FrameRef();
            for (int i = 1; i <= f.pool.pinnedFramesMax(); i++) {
                FrameRef pinning = i == 1 ? first : new FrameRef();
                assertThat(f.load(pinning, i, 4096)).isTrue();
                assertThat(f.pool.pin(pinning, owner)).as("pin %d", i).isTrue();
            }
            assertThat(f.pool.pinnedFramesMax()).isEqualTo(f.budget.units() / 4);
            assertThat(f.load(ref, 1_000_000, 4096)).isTrue();
            assertThat(f.pool.pin(ref, owner)).as("one too many").isFalse();
            assertThat(ref.valid()).as("refused, but still there").isTrue();
            assertThat(f.pool.pin(first, owner))
                    .as("pinned already, so it holds no more")
                    .isTrue();
            assertThat(f.pool.pinHolders()).containsExactly(owner);
            assertThat(owner.toString()).contains("views of orders", String.valueOf(f.pool.pinnedFramesMax() + 1));
            f.pool.unpin(first, owner);
            f.pool.unpin(first, owner);
            assertThat(f.pool.pin(ref, owner)).as("room again").isTrue();
        }
    }

    @Test
    void oneFrameIsPinnedByAtMostAsManyAsItsStateCanCount() {
        try (PoolFixture f = new PoolFixture()) {
            PinOwner owner = f.pool.pinOwner("test");
            FrameRef ref = new FrameRef();
            f.load(ref, 1, 4096);
            for (int i = 0; i < FrameDescriptor.PINS_MAX; i++)
                assertThat(f.pool.pin(ref, owner)).isTrue();
            assertThat(f.pool.pin(ref, owner)).isFalse();
            for (int i = 0; i < FrameDescriptor.PINS_MAX; i++) f.pool.unpin(ref, owner);
            assertThat(f.pool.metrics().pinned()).isZero();
        }
    }

    @Test
    void unpinningWhatIsNotPinnedIsOurMistake() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            f.load(ref, 1, 4096);
            assertThatThrownBy(() -> f.pool.unpin(ref, f.pool.pinOwner("test")))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whenEveryFrameIsPinnedThereIsNoneAndNothingIsThrown() {
        try (PoolFixture f = new PoolFixture()) {
            f.squeeze(); // leaves the pool with fewer units than may be pinned
            PinOwner owner = f.pool.pinOwner("test");
            List<FrameRef> refs = new ArrayList<>();
            for (long id = 1; ; id++) {
                FrameRef ref = new FrameRef();
                if (!f.load(ref, id, 64 << 10)) break;
                assertThat(f.pool.pin(ref, owner)).isTrue();
                refs.add(ref);
            }
            assertThat(f.pool.allocate(1_000_000, 64 << 10)).isEqualTo(BufferPool.NO_FRAME);
            assertThat(f.pool.allocate(7, 4096)).isEqualTo(BufferPool.NO_FRAME);
            assertThat(f.pool.surrenderUnit()).isEqualTo(-1);
            assertThat(f.pool.metrics().failedEvictions()).isGreaterThanOrEqualTo(3);
            f.pool.unpin(refs.getFirst(), owner);
            int frame = f.pool.allocate(7, 4096);
            assertThat(frame).as("a unit of the other class is recut").isNotEqualTo(BufferPool.NO_FRAME);
            assertThat(refs.getFirst().valid()).isFalse();
        }
    }

    @Test
    void surrenderingRaisesTheVersionOfAll16Granules() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef[] refs = new FrameRef[16];
            for (int i = 0; i < 16; i++) {
                refs[i] = new FrameRef();
                f.load(refs[i], i + 1, 4096);
            }
            int before = f.pool.metrics().classes().getFirst().units();
            assertThat(before).isEqualTo(1);
            int unit = f.pool.surrenderUnit();
            assertThat(unit).isNotNegative();
            for (int granule = unit * 16; granule < unit * 16 + 16; granule++) {
                long state = Memory.getLong(f.descriptor(granule));
                assertThat(state >>> 20).as("carved, evicted, retired").isEqualTo(3);
                assertThat(FrameDescriptor.phase(state)).isEqualTo(FrameDescriptor.NONE);
            }
            for (FrameRef ref : refs) assertThat(ref.valid()).isFalse();
            f.pool.checkEverything();
        }
    }

    /// A pool full of small blocks, and then large ones that are used much more: units must follow the use.
    @Test
    void unitsMoveToTheClassThatIsUsedMorePerByte() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            for (long id = 1; id <= 16L * f.budget.units(); id++) f.load(ref, id, 4096);
            Random random = new Random(1);
            for (int i = 0; i < 60_000; i++) {
                long id = 1_000_000L + random.nextInt(100);
                if (f.pool.findExactly(ref, id, PoolFixture.proof(id, 64 << 10))) f.pool.hits(2, 1);
                else assertThat(f.load(ref, id, 64 << 10)).isTrue();
            }
            assertThat(f.pool.metrics().classes().get(2).units())
                    .as("units of 64 KiB frames for 100 hot blocks; %s", f.pool.metrics())
                    .isGreaterThan(50);
            f.pool.checkEverything();
        }
    }

    /// The memory of an engine that was closed reads as zeros: a reader who looks late finds nothing of his there.
    @Test
    void zerosInThePlaceOfADescriptorAreNoFrameThatAnybodyHasSeen() {
        for (int bytes : new int[] {4096, 16384, 65536}) {
            try (PoolFixture f = new PoolFixture()) {
                FrameRef ref = new FrameRef();
                assertThat(f.load(ref, 7, bytes)).isTrue();
                long sight = f.pool.sight(ref);
                assertThat(ref.valid()).isTrue();
                assertThat(f.pool.findSeen(new FrameRef(), FrameSight.NONE)).isFalse();
                Memory.fill(f.budget.descriptors(), f.budget.plan().descriptorsBytes(), (byte) 0);
                assertThat(ref.valid()).as("of %d bytes", bytes).isFalse();
                assertThat(f.pool.findSeen(new FrameRef(), sight)).isFalse();
                assertThat(f.pool.findSeen(new FrameRef(), FrameSight.NONE)).isFalse();
                assertThat(f.pool.pin(ref, f.pool.pinOwner("late"))).isFalse();
            }
        }
    }

    /// The limit is lowered after a unit was found to be allowed, just before the budget gives it.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aUnitThatComesAfterTheLimitWasLoweredGoesBack(boolean mayEvict) {
        AtomicReference<Runnable> beforeLease = new AtomicReference<>(() -> {});
        Seams system = Seams.system();
        Seams seams = new Seams(system.clock(), system.entropy(), new HookedTasks(system.tasks(), beforeLease));
        BudgetPlan plan = BudgetPlan.of(BudgetPlan.BUDGET_BYTES_MIN, Eviction.CLOCK.area());
        try (MemoryBudget budget = MemoryBudget.open(new ArenaRegions(), plan, seams)) {
            BufferPool pool = BufferPool.open(budget, Eviction.CLOCK, system);
            pool.resize(1);
            beforeLease.set(() -> {
                beforeLease.set(() -> {});
                assertThat(pool.resize(0)).isTrue();
            });
            int frame = mayEvict ? pool.allocate(7, 4096) : pool.allocateFree(4096);
            assertThat(frame).isEqualTo(BufferPool.NO_FRAME);
            assertThat(budget.leasedBytes(Owner.POOL)).isZero();
        }
    }

    /// Tells when the budget's mutex is about to be taken.
    private record HookedTasks(Tasks all, AtomicReference<Runnable> before) implements Tasks {
        @Override
        public Task spawn(String name, Runnable body) {
            return all.spawn(name, body);
        }

        @Override
        public Mutex mutex(String name) {
            return new HookedMutex(all.mutex(name), before);
        }

        @Override
        public void sleep(long nanos) {
            all.sleep(nanos);
        }

        @Override
        public void spin() {
            all.spin();
        }
    }

    private record HookedMutex(Mutex mutex, AtomicReference<Runnable> before) implements Mutex {
        @Override
        public void lock() {
            before.get().run();
            mutex.lock();
        }

        @Override
        public boolean tryLock() {
            return mutex.tryLock();
        }

        @Override
        public void unlock() {
            mutex.unlock();
        }

        @Override
        public boolean heldByCurrentTask() {
            return mutex.heldByCurrentTask();
        }

        @Override
        public Gate gate() {
            return mutex.gate();
        }
    }

    @Test
    void aPoolLeftAboveItsLimitComesDownWhenWhatWasInItsWayIsGone() {
        try (PoolFixture f = new PoolFixture()) {
            PinOwner owner = f.pool.pinOwner("test");
            FrameRef[] refs = new FrameRef[4];
            for (int i = 0; i < refs.length; i++) {
                refs[i] = new FrameRef();
                f.load(refs[i], i + 1, 64 << 10);
                assertThat(f.pool.pin(refs[i], owner)).isTrue();
            }
            int loading = f.pool.allocate(9, 4096);
            int dropped = f.pool.allocate(10, 16 << 10);
            assertThat(f.pool.resize(1)).isFalse();
            assertThat(units(f)).isEqualTo(6);
            f.pool.unpin(refs[0], owner);
            assertThat(units(f)).as("unpinned").isEqualTo(5);
            f.pool.abandon(dropped);
            assertThat(units(f)).as("abandoned").isEqualTo(4);
            assertThat(f.pool.publish(new FrameRef(), loading, 9, PoolFixture.proof(9, 4096)))
                    .isTrue();
            assertThat(units(f)).as("published").isEqualTo(3);
            f.pool.unpin(refs[1], owner);
            f.pool.unpin(refs[2], owner);
            assertThat(units(f)).isEqualTo(1);
            f.pool.unpin(refs[3], owner);
            assertThat(units(f)).as("no further").isEqualTo(1);
            assertThat(refs[3].valid()).isTrue();
            f.pool.checkEverything();
        }
    }

    private static int units(PoolFixture f) {
        return f.pool.metrics().classes().stream().mapToInt(ClassMetrics::units).sum();
    }
}
