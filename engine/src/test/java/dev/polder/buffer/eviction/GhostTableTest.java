package dev.polder.buffer.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GhostTableTest {
    /// A queue of ghosts against a map in the order of insertion.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 1000})
    void findsExactlyWhatItHoldsInTheOrderOfItsLists(int capacity) {
        long seed = 40L + capacity;
        Random random = new Random(seed);
        try (Arena arena = Arena.ofConfined()) {
            GhostTable ghosts = new GhostTable(
                    arena.allocate((long) capacity * GhostTable.BYTES, 8).address(), capacity);
            NodeList queue = new NodeList(ghosts);
            Map<Long, Integer> model = new LinkedHashMap<>();
            for (int step = 0; step < 20_000; step++) {
                String when = "seed " + seed + " step " + step;
                long id = 1L + random.nextInt(3 * capacity);
                int entry = ghosts.find(id);
                assertThat(entry).as(when).isEqualTo(model.getOrDefault(id, -1));
                if (entry >= 0 && random.nextBoolean()) {
                    queue.remove(entry);
                    ghosts.remove(entry);
                    model.remove(id);
                } else if (entry < 0) {
                    if (ghosts.full()) {
                        int oldest = queue.last();
                        long oldestId = model.keySet().iterator().next();
                        assertThat(ghosts.id(oldest)).as(when).isEqualTo(oldestId);
                        assertThat(model.containsValue(ghosts.turn())).as(when).isTrue();
                        queue.remove(oldest);
                        ghosts.remove(oldest);
                        model.remove(oldestId);
                    }
                    entry = ghosts.add(id);
                    queue.addFirst(entry);
                    model.put(id, entry);
                }
                assertThat(ghosts.count()).as(when).isEqualTo(model.size()).isEqualTo(queue.count());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void isNeverMoreThanItWasGiven(int capacity) {
        try (Arena arena = Arena.ofConfined()) {
            GhostTable ghosts = new GhostTable(
                    arena.allocate((long) capacity * GhostTable.BYTES, 8).address(), capacity);
            for (long id = 1; id <= capacity; id++) ghosts.add(id);
            assertThatThrownBy(() -> ghosts.add(1000)).isInstanceOf(IllegalStateException.class);
        }
    }
}
