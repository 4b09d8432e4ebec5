package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.generation.Payload;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The order of a batch against a sorted map into which its operations were put one after the other.
class BatchOrderTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private byte[] operations = new byte[1 << 20];
    private int bytes;
    private int count;

    @Test
    void isThatOfASortedMap() {
        for (int round = 0; round < 300; round++) {
            int writes = round < 20 ? round : random.nextInt(2_000);
            int keys = 1 + random.nextInt(2_000);
            boolean ascending = random.nextInt(4) == 0;
            TreeMap<byte[], Integer> last = new TreeMap<>(Arrays::compareUnsigned); // space and key ▸ place
            bytes = 0;
            count = 0;
            for (int i = 0; i < writes; i++) {
                int number = ascending ? i : random.nextInt(keys);
                int space = ascending ? 3 : random.nextInt(3);
                byte[] key = key(number);
                last.put(spaceAndKey(space, key), bytes);
                add(space, key, random.nextInt(4) == 0 ? -1 : random.nextInt(50));
            }
            BatchOrder order = new BatchOrder(operations, bytes, count);
            List<Integer> expected =
                    last.entrySet().stream().map(Map.Entry::getValue).toList();
            assertThat(order.size()).as("seed %d round %d", seed, round).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertThat(order.at(i))
                        .as("seed %d round %d at %d", seed, round, i)
                        .isEqualTo(expected.get(i));
            }
        }
    }

    @Test
    void refusesACountThatIsNotThatOfTheBytes() {
        add(1, key(1), 10);
        add(1, key(2), -1);
        assertThatThrownBy(() -> new BatchOrder(operations, bytes, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(new BatchOrder(operations, bytes, 2).size()).isEqualTo(2);
    }

    /// Of different lengths, one a prefix of another, with bytes above 127.
    private static byte[] key(int number) {
        byte[] key = new byte[number % 7];
        for (int i = 0, rest = number; i < key.length; i++, rest /= 7) key[i] = (byte) (rest % 7 * 40);
        return key;
    }

    private static byte[] spaceAndKey(int space, byte[] key) {
        byte[] both = new byte[key.length + 1];
        both[0] = (byte) space;
        System.arraycopy(key, 0, both, 1, key.length);
        return both;
    }

    private void add(int space, byte[] key, int valueBytes) {
        bytes = valueBytes < 0
                ? Payload.deleteHeader(operations, bytes, space, key.length)
                : Payload.putHeader(operations, bytes, space, key.length, valueBytes);
        System.arraycopy(key, 0, operations, bytes, key.length);
        bytes += key.length + Math.max(0, valueBytes);
        count++;
    }
}
