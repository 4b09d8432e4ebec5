package dev.polder.buffer.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every policy promises, without a pool around it. `PoolStressTest` and `BufferPoolTest` run them all within
/// one.
class PolicyContractTest {
    private static final int UNITS = 64, FRAMES = 16 * UNITS;

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void everyFrameGoesInAsManyStepsAsThereAreFrames(Eviction eviction) {
        try (Bench b = new Bench(eviction, 1)) {
            for (int frame = 0; frame < FRAMES; frame++) b.admit(frame, 0, frame + 1L);
            for (int i = 0; i < 5_000; i++) b.use(b.random.nextInt(FRAMES), 0);
            for (int left = FRAMES; left > 0; left--) {
                assertThat(b.policy.blocks(0)).as(b.when).isEqualTo(left);
                b.evict(b.victim(0, 1_000_000), 0);
            }
            assertThat(b.policy.victim(0, 1_000_000)).as("nothing left").isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void theOneFrameThatIsNotPinnedIsFoundInABoundedNumberOfSearches(Eviction eviction) {
        try (Bench b = new Bench(eviction, 2)) {
            for (int frame = 0; frame < FRAMES; frame++) b.admit(frame, 0, frame + 1L);
            for (int i = 0; i < 5_000; i++) b.use(b.random.nextInt(FRAMES), 0);
            b.pinned.set(0, FRAMES);
            for (int i = 0; i < 20; i++)
                assertThat(b.policy.victim(0, 7)).as(b.when).isEqualTo(-1);
            for (int round = 0; round < 20; round++) {
                int free = b.random.nextInt(FRAMES);
                b.pinned.clear(free);
                int searches = 0;
                int found;
                while ((found = b.policy.victim(0, 7)) < 0)
                    assertThat(++searches).as(b.when).isLessThan(FRAMES);
                assertThat(found).as(b.when).isEqualTo(free);
                b.pinned.set(free);
            }
        }
    }

    /// All three classes, with blocks that come back, units that are taken away, pins, and hits that are recorded
    /// late.
    @ParameterizedTest
    @EnumSource(Eviction.class)
    void whatItKnowsAgreesWithAModelAfterRandomOperations(Eviction eviction) {
        for (long seed = 1; seed <= 4; seed++) {
            try (Bench b = new Bench(eviction, seed)) {
                int ids = 200 << b.random.nextInt(6);
                for (int step = 0; step < 60_000; step++) {
                    b.when = eviction + " seed " + seed + " step " + step;
                    long id = 1 + (long) (ids * b.random.nextDouble() * b.random.nextDouble());
                    int frameClass = (int) (id % 7) / 3;
                    Integer frame = b.frameOf.get(id);
                    if (frame != null) {
                        b.use(frame, frameClass);
                        if (b.random.nextInt(50) == 0) b.pinned.flip(frame);
                    } else {
                        b.load(id, frameClass);
                    }
                    if (b.random.nextInt(200) == 0) b.takeUnit();
                    if (step % 1000 == 0) b.check();
                }
                b.check();
            }
        }
    }

    /// One scan follows another, near enough that a cache of everything new would serve it. A window that holds what
    /// one of them reads, but not what both do, must not be believed: it never comes to hit.
    @Test
    void theDefaultServesAScanThatFollowsAnother() {
        int small = FRAMES / 3 / 16 * 16;
        for (int behind : new int[] {small / 5, small / 3}) {
            try (Bench b = new Bench(Eviction.DEFAULT, 5)) {
                int hits = 0;
                int requests = 200_000;
                for (int i = 0; i < requests; i++) {
                    long id = 1L + (i % 2 == 0 ? i / 2 : Math.max(0, i / 2 - behind));
                    Integer frame = b.frameOf.get(id);
                    if (frame == null) {
                        b.load(id, 0);
                    } else {
                        hits++;
                        b.use(frame, 0);
                    }
                }
                assertThat(hits)
                        .as("%d blocks behind, in %d frames", behind, small)
                        .isGreaterThan(requests * 45 / 100);
            }
        }
    }

    /// Frames of 64 units, of which the first third is carved into small ones, and so on; and guards around the
    /// area.
    private static final class Bench implements AutoCloseable {
        private static final int GUARD_BYTES = 4096;

        final Random random;
        final Eviction eviction;
        final EvictionPolicy policy;
        final BitSet pinned = new BitSet();
        final Map<Long, Integer> frameOf = new HashMap<>();
        String when;

        private final Arena arena = Arena.ofConfined();
        private final long[] idOf = new long[FRAMES];
        private final int[] classOf = new int[FRAMES];
        private final int[] blocks = new int[3];
        private final List<List<Integer>> free = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        private final long descriptors;
        private final long area;
        private final long areaBytes;

        Bench(Eviction eviction, long seed) {
            random = new Random(seed);
            this.eviction = eviction;
            when = eviction + " seed " + seed;
            descriptors = arena.allocate(FRAMES * 64L, 64).address();
            areaBytes = (long) UNITS * eviction.area().bytesPerUnit()
                    + eviction.area().fixedBytes();
            long all = arena.allocate(areaBytes + 2 * GUARD_BYTES, 64).address();
            Memory.fill(all, areaBytes + 2 * GUARD_BYTES, (byte) 0x5a);
            area = all + GUARD_BYTES;
            Memory.fill(area, areaBytes, (byte) 0);
            Frames frames = new Frames(
                    descriptors, FRAMES, eviction.usesMax(), frame -> idOf[frame] != 0 && !pinned.get(frame));
            policy = eviction.open(frames, area);
            for (int unit = 0; unit < UNITS; unit++) {
                int frameClass = unit * 3 / UNITS;
                for (int granule = 0; granule < 16; granule += 1 << (2 * frameClass))
                    free.get(frameClass).add(unit * 16 + granule);
            }
        }

        void admit(int frame, int frameClass, long id) {
            idOf[frame] = id;
            classOf[frame] = frameClass;
            frameOf.put(id, frame);
            blocks[frameClass]++;
            Memory.putLong(descriptor(frame) + Frames.ID, id);
            Memory.putByte(descriptor(frame) + Frames.USES_LEFT, (byte) eviction.usesMax());
            policy.admitted(frame, frameClass, id);
        }

        /// As the pool does it: counted up to the maximum, recorded if the policy asks for it.
        void use(int frame, int frameClass) {
            int left = Memory.getByte(descriptor(frame) + Frames.USES_LEFT);
            if (left > 0) Memory.putByte(descriptor(frame) + Frames.USES_LEFT, (byte) (left - 1));
            boolean recorded = Memory.getByte(descriptor(frame) + Frames.RECORDED) != 0;
            if (eviction.recordsHits() || (left > 0 && recorded)) policy.hit(frame, frameClass);
        }

        void load(long id, int frameClass) {
            if (free.get(frameClass).isEmpty()) {
                int victim = policy.victim(frameClass, id);
                if (victim < 0) return;
                evict(victim, frameClass);
            }
            admit(free.get(frameClass).removeLast(), frameClass, id);
        }

        int victim(int frameClass, long id) {
            int victim = policy.victim(frameClass, id);
            assertThat(victim).as(when).isNotNegative();
            return victim;
        }

        void evict(int frame, int frameClass) {
            assertThat(idOf[frame])
                    .as("%s: frame %d holds a block", when, frame)
                    .isNotZero();
            assertThat(pinned.get(frame))
                    .as("%s: frame %d is pinned", when, frame)
                    .isFalse();
            assertThat(classOf[frame])
                    .as("%s: frame %d is of the class", when, frame)
                    .isEqualTo(frameClass);
            policy.evicted(frame, frameClass, idOf[frame]);
            frameOf.remove(idOf[frame]);
            idOf[frame] = 0;
            blocks[frameClass]--;
            free.get(frameClass).add(frame);
        }

        void takeUnit() {
            int unit = random.nextInt(UNITS);
            for (int frame = unit * 16; frame < unit * 16 + 16; frame++)
                if (idOf[frame] != 0 && !pinned.get(frame)) evict(frame, classOf[frame]);
        }

        void check() {
            for (int c = 0; c < 3; c++) assertThat(policy.blocks(c)).as(when).isEqualTo(blocks[c]);
            for (int at = 0; at < GUARD_BYTES; at++) {
                assertThat(Memory.getByte(area - GUARD_BYTES + at)).as(when).isEqualTo((byte) 0x5a);
                assertThat(Memory.getByte(area + areaBytes + at)).as(when).isEqualTo((byte) 0x5a);
            }
        }

        private long descriptor(int frame) {
            return descriptors + 64L * frame;
        }

        @Override
        public void close() {
            check();
            arena.close();
        }
    }
}
