package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTableTest {
    /// Small tables make every chain wrap round the end and every removal move something.
    @ParameterizedTest
    @ValueSource(ints = {4, 16, 64, 1024})
    void agreesWithAMapUnderRandomPutsAndRemovals(int slots) {
        for (long seed = 1; seed <= 20; seed++) agreesWithAMap(slots, seed);
    }

    private static void agreesWithAMap(int slots, long seed) {
        try (Arena arena = Arena.ofConfined()) {
            Table table = new Table(arena, slots);
            Map<Long, Integer> model = new HashMap<>();
            List<Long> ids = new ArrayList<>();
            List<Integer> free = new ArrayList<>();
            for (int frame = 0; frame < slots / 2; frame++) free.add(frame);
            Random random = new Random(seed);
            for (int step = 0; step < 3000; step++) {
                if (!free.isEmpty() && (model.isEmpty() || random.nextBoolean())) {
                    long id = 1L + random.nextInt(4 * slots);
                    if (model.containsKey(id)) continue;
                    int frame = free.removeLast();
                    table.put(id, frame);
                    model.put(id, frame);
                    ids.add(id);
                } else if (!model.isEmpty()) {
                    long id = ids.remove(random.nextInt(ids.size()));
                    int frame = Objects.requireNonNull(model.remove(id));
                    table.table.remove(id, frame);
                    free.add(frame);
                }
                for (long id = 1; id <= 4L * slots; id += slots < 100 ? 1 : 37) {
                    int expected = model.getOrDefault(id, -1);
                    assertThat(table.table.findExactly(id))
                            .as("seed %d step %d id %d", seed, step, id)
                            .isEqualTo(expected);
                    assertThat(table.table.find(id))
                            .as("seed %d step %d id %d, no lock", seed, step, id)
                            .isEqualTo(expected);
                }
            }
        }
    }

    /// A table and the descriptors it looks into.
    private record Table(PageTable table, long descriptors) {
        Table(Arena arena, int slots) {
            this(arena.allocate((long) slots * PageTable.SLOT_BYTES, 64).address(), slots, arena);
        }

        private Table(long base, int slots, Arena arena) {
            this(
                    base,
                    (long) slots * PageTable.SLOT_BYTES,
                    arena.allocate((long) slots * FrameDescriptor.BYTES, 64).address());
        }

        private Table(long base, long bytes, long descriptors) {
            this(new PageTable(base, bytes, descriptors), descriptors);
        }

        void put(long id, int frame) {
            Memory.putLong(descriptors + (long) frame * FrameDescriptor.BYTES + FrameDescriptor.ID, id);
            table.put(id, frame);
        }
    }

    @Test
    void sequentialIdsMakeShortChains() {
        try (Arena arena = Arena.ofConfined()) {
            int slots = 100_000; // no power of two
            Table table = new Table(arena, slots);
            // Blocks of 4 KiB one after the other in 8 files, as a scan would load them; the table is half full.
            List<Long> ids = new ArrayList<>();
            for (long file = 1; file <= 8; file++)
                for (long block = 0; block < slots / 16; block++) ids.add(file << 32 | block * 512);
            for (int i = 0; i < ids.size(); i++) table.put(ids.get(i), i);
            for (int i = 0; i < ids.size(); i++)
                assertThat(table.table.find(ids.get(i))).as("within 64 probes").isEqualTo(i);
        }
    }

    /// Without the lock one may be taken for the other, which its descriptor tells; with it never.
    @Test
    void blocksWhoseTagsAgreeAreToldApartByTheirDescriptors() {
        long inverse = 0x9e37_79b9_7f4a_7c15L; // of the hash's first factor, by Newton
        for (int i = 0; i < 6; i++) inverse *= 2 - 0x9e37_79b9_7f4a_7c15L * inverse;
        int mistaken = 0;
        for (long same = 1; same <= 200; same++) {
            try (Arena arena = Arena.ofConfined()) {
                Table table = new Table(arena, 4);
                long one = 12345;
                long other = ((one * 0x9e37_79b9_7f4a_7c15L) ^ ((same << 32) | same)) * inverse;
                table.put(one, 0);
                table.put(other, 1);
                assertThat(table.table.findExactly(one)).isEqualTo(0);
                assertThat(table.table.findExactly(other)).isEqualTo(1);
                if (table.table.find(other) == 0) mistaken++;
                table.table.remove(one, 0);
                assertThat(table.table.findExactly(one)).isEqualTo(-1);
                assertThat(table.table.findExactly(other)).isEqualTo(1);
            }
        }
        assertThat(mistaken).as("the tags do agree").isPositive();
    }

    @Test
    void removingWhatIsNotThereIsOurMistake() {
        try (Arena arena = Arena.ofConfined()) {
            Table table = new Table(arena, 8);
            table.put(1, 7);
            assertThatThrownBy(() -> table.table.remove(2, 3)).isInstanceOf(IllegalStateException.class);
        }
    }
}
