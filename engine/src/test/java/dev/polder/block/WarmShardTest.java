package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.BufferPool;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One shard against what it may answer: nothing, or exactly the block that was offered last under that id and proof.
class WarmShardTest {
    private static final int IDS = 600;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void itAnswersWithWhatWasOfferedOrNotAtAll(long seed) {
        Random random = new Random(seed);
        int bytes = 64 << 10 << random.nextInt(2);
        try (Arena arena = Arena.ofConfined()) {
            long area = arena.allocate(bytes, 64).address();
            Memory.fill(area, bytes, (byte) 0x5a);
            long block = arena.allocate(64 << 10, 64).address();
            WarmShard shard = new WarmShard(
                    area, bytes, Codecs.probe(), Seams.system().tasks().mutex("shard"));
            int[] versions = new int[IDS];
            Set<Integer> offered = new HashSet<>();
            for (int step = 0; step < 20_000; step++) {
                int i = (int) Math.min(IDS - 1, Math.abs(random.nextGaussian()) * IDS / 4);
                long id = 8L * i + 1;
                if (random.nextInt(200) == 0) versions[i]++; // the same place holds another block from now on
                long proof = BufferPool.proof(i + versions[i] * 1000, rawBytes(i));
                long hash = WarmBlocks.hash(id);
                if (random.nextInt(3) > 0) {
                    fill(block, i, versions[i]);
                    shard.offer(hash, id, proof, block);
                    offered.add(i + versions[i] * 1000);
                } else {
                    boolean held = shard.holds(hash, id, proof);
                    Memory.fill(block, rawBytes(i), (byte) 0);
                    assertThat(shard.promote(hash, id, proof, block)).isEqualTo(held);
                    if (held) {
                        assertThat(offered).as("seed %d step %d", seed, step).contains(i + versions[i] * 1000);
                        check(block, i, versions[i], seed);
                    }
                }
                if (step % 97 == 0) shard.checkEverything();
            }
            WarmMetrics metrics = metrics(shard);
            assertThat(metrics.hits()).as("seed %d: %s", seed, metrics).isPositive();
            assertThat(metrics.dropped()).as("seed %d: %s", seed, metrics).isPositive();
            assertThat(metrics.imageBytes()).isLessThan(bytes);
        }
    }

    @Test
    void whatDoesNotBecomeSmallerByAQuarterIsRefused() {
        Random random = new Random(5);
        try (Arena arena = Arena.ofConfined()) {
            long area = arena.allocate(64 << 10, 64).address();
            long block = arena.allocate(4096, 64).address();
            for (int at = 0; at < 4096; at += 8) Memory.putLong(block + at, random.nextLong());
            WarmShard shard = new WarmShard(
                    area, 64 << 10, Codecs.probe(), Seams.system().tasks().mutex("shard"));
            long proof = BufferPool.proof(1, 4096);
            for (int time = 0; time < 3; time++) shard.offer(WarmBlocks.hash(9), 9, proof, block);
            assertThat(shard.holds(WarmBlocks.hash(9), 9, proof)).isFalse();
            assertThat(metrics(shard).refused()).isEqualTo(1);
            assertThat(metrics(shard).noted()).isEqualTo(2);
            shard.checkEverything();
        }
    }

    private static WarmMetrics metrics(WarmShard shard) {
        WarmMetrics.Sums sums = new WarmMetrics.Sums();
        shard.addTo(sums);
        return sums.over(0);
    }

    private static int rawBytes(int i) {
        return i % 7 == 0 ? 16_384 - 8 * i : 4096 - 8 * (i % 100);
    }

    private static void fill(long address, int i, int version) {
        for (int at = 0; at < rawBytes(i); at += 8) Memory.putLong(address + at, word(i, version, at));
    }

    private static void check(long address, int i, int version, long seed) {
        for (int at = 0; at < rawBytes(i); at += 8)
            assertThat(Memory.getLong(address + at))
                    .as("seed %d block %d at %d", seed, i, at)
                    .isEqualTo(word(i, version, at));
    }

    private static long word(int i, int version, int at) {
        return (i * 31L + version + 1) * 0x9e37_79b9_7f4a_7c15L ^ (at >>> 6);
    }
}
