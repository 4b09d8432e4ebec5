package dev.polder.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.memory.ArenaRegions;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RadixNodeTest {
    private static final int NODES = 400_000;
    private static final int ROUNDS = 10;

    /// A tight race for the one store that makes a child visible: whoever sees its digit sees the child.
    @Test
    void aDigitIsNeverSeenBeforeItsChild() {
        var regions = new ArenaRegions();
        long bytes = (long) NODES * RadixNode.SMALL_BYTES;
        long nodes = regions.acquire(bytes);
        for (int round = 0; round < ROUNDS; round++) {
            Memory.fill(nodes, bytes, (byte) 0);
            var at = new AtomicInteger();
            Task reader = Seams.system().tasks().spawn("reader", () -> chase(nodes, at));
            for (int i = 0; i < NODES; i++) {
                at.setRelease(i);
                long node = nodes + (long) i * RadixNode.SMALL_BYTES;
                for (int digit = 3; digit >= 0; digit--) RadixNode.add(node, digit, 8L * (digit + 1));
            }
            at.set(NODES);
            reader.join();
        }
        regions.release(nodes, bytes);
    }

    /// Looks at the node the writer is filling, all the time.
    private static void chase(long nodes, AtomicInteger at) {
        for (int i; (i = at.getAcquire()) < NODES; ) {
            long node = nodes + (long) i * RadixNode.SMALL_BYTES;
            long header = RadixNode.header(node);
            for (int digit = 0; digit < 4; digit++) {
                long slot = RadixNode.slotAt(node, header, digit);
                if (slot != 0) assertThat(Memory.getLongAcquire(slot)).isEqualTo(8L * (digit + 1));
            }
        }
    }

    @Test
    void childrenComeInOrderSmallAndWide() {
        var regions = new ArenaRegions();
        long small = regions.acquire(4096);
        long wide = small + 1024;
        RadixNode.writeSmall(small, 7, 8000, 9, 90, 2, 20);
        assertThat(RadixNode.add(small, 15, 150)).isTrue();
        assertThat(RadixNode.add(small, 0, 100)).isTrue();
        assertThat(RadixNode.add(small, 1, 10)).as("full").isFalse();
        RadixNode.writeWide(wide, small);
        for (long node : new long[] {small, wide}) {
            long header = RadixNode.header(node);
            assertThat(RadixNode.position(header)).isEqualTo(7);
            assertThat(RadixNode.sample(node)).isEqualTo(8000);
            assertThat(RadixNode.childAt(node, header, 9)).isEqualTo(90);
            assertThat(RadixNode.childAt(node, header, 1)).isZero();
            assertThat(RadixNode.childAbove(node, header, 2)).isEqualTo(90);
            assertThat(RadixNode.childAbove(node, header, 15)).isZero();
            assertThat(RadixNode.firstChild(node)).isEqualTo(100);
            assertThat(RadixNode.add(node, RadixNode.END_DIGIT, 80)).isTrue();
            assertThat(RadixNode.firstChild(node)).isEqualTo(80);
            assertThat(RadixNode.childAt(node, header, RadixNode.END_DIGIT)).isEqualTo(80);
        }
        assertThat(RadixNode.add(wide, 1, 10)).isTrue();
        assertThat(RadixNode.childAt(wide, RadixNode.header(wide), 1)).isEqualTo(10);
        regions.release(small, 4096);
    }

    /// With 5,000 versions, the oldest is 4,999 ring steps away, and some 3 × log2 jumps and steps.
    @Test
    void oldVersionsAreReachedInLogarithmicSteps() {
        try (var scene = new Scene(64 << 20)) {
            var generation = new Generation(1, scene.chunks, 1, IndexKind.RADIX);
            for (long sequence = 1; sequence <= 5_000; sequence++)
                scene.clear().put(1, new byte[4], new byte[1]).write(generation, sequence);
            long first = generation.space(1).first();
            for (long wanted = 1; wanted <= 5_000; wanted += 13) {
                int steps = 0;
                long entry = first;
                while (Entry.sequence(entry) > wanted) {
                    long jump = RadixIndex.jump(entry);
                    entry = Entry.sequence(jump) > wanted ? jump : SpaceIndex.nextInRing(entry);
                    steps++;
                }
                assertThat(steps).as("to sequence %d", wanted).isLessThan(45);
            }
        }
    }
}
