package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
            long bytes = (long) slots * PageTable.SLOT_BYTES;
            PageTable table = new PageTable(arena.allocate(bytes, 64).address(), bytes);
            Map<Long, Integer> model = new HashMap<>();
            List<Long> ids = new ArrayList<>();
            Random random = new Random(seed);
            for (int step = 0; step < 3000; step++) {
                if (model.size() < slots / 2 && (model.isEmpty() || random.nextBoolean())) {
                    long id = 1L + random.nextInt(4 * slots);
                    if (model.containsKey(id)) continue;
                    int frame = random.nextInt(1 << 20);
                    table.put(id, frame);
                    model.put(id, frame);
                    ids.add(id);
                } else if (!model.isEmpty()) {
                    long id = ids.remove(random.nextInt(ids.size()));
                    table.remove(id);
                    model.remove(id);
                }
                for (long id = 1; id <= 4L * slots; id += slots < 100 ? 1 : 37) {
                    int expected = model.getOrDefault(id, -1);
                    assertThat(table.findExactly(id))
                            .as("seed %d step %d id %d", seed, step, id)
                            .isEqualTo(expected);
                    assertThat(table.find(id))
                            .as("seed %d step %d id %d, no lock", seed, step, id)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void sequentialIdsMakeShortChains() {
        try (Arena arena = Arena.ofConfined()) {
            int slots = 1 << 16;
            long bytes = (long) slots * PageTable.SLOT_BYTES;
            PageTable table = new PageTable(arena.allocate(bytes, 64).address(), bytes);
            // Blocks of 4 KiB one after the other in 8 files, as a scan would load them; the table is half full.
            List<Long> ids = new ArrayList<>();
            for (long file = 1; file <= 8; file++)
                for (long block = 0; block < slots / 16; block++) ids.add(file << 32 | block * 512);
            for (int i = 0; i < ids.size(); i++) table.put(ids.get(i), i);
            for (int i = 0; i < ids.size(); i++)
                assertThat(table.find(ids.get(i))).as("within 64 probes").isEqualTo(i);
        }
    }

    @Test
    void removingWhatIsNotThereIsOurMistake() {
        try (Arena arena = Arena.ofConfined()) {
            PageTable table = new PageTable(arena.allocate(64, 64).address(), 64);
            table.put(1, 7);
            assertThatThrownBy(() -> table.remove(2)).isInstanceOf(IllegalStateException.class);
        }
    }
}
