package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.FrameSight;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockSightsTest {
    /// A place that two blocks shared would show one of them as the other.
    @Test
    void noTwoBlocksShareAPlace() {
        Set<Integer> places = new HashSet<>(Set.of(BlockSights.ROOT));
        for (int child = 0; child < 1000; child++) {
            assertThat(places.add(BlockSights.child(BlockSights.ROOT, child))).isTrue();
            assertThat(places.add(BlockSights.filter(BlockSights.ROOT, child))).isTrue();
        }
        for (int place : places) {
            if (place == BlockSights.ROOT) continue;
            assertThat(BlockSights.child(place, 3)).isEqualTo(BlockSights.NOWHERE);
            assertThat(BlockSights.filter(place, 3)).isEqualTo(BlockSights.NOWHERE);
        }
        assertThat(BlockSights.child(BlockSights.NOWHERE, 3)).isEqualTo(BlockSights.NOWHERE);
    }

    @Test
    void keepsWhatItWasToldUpToItsLimit() {
        BlockSights sights = new BlockSights();
        for (int at = 0; at < 1000; at++) assertThat(sights.get(at)).isEqualTo(FrameSight.NONE);
        for (int at = 999; at >= 0; at--) sights.set(at, at + 1);
        sights.set(7, FrameSight.NONE); // says nothing, changes nothing
        sights.set(BlockSights.NOWHERE, 1);
        for (int at = 0; at < 1000; at++)
            assertThat(sights.get(at)).isEqualTo(at < 1 + 2 * 256 ? at + 1 : FrameSight.NONE);
        assertThat(sights.get(BlockSights.NOWHERE)).isEqualTo(FrameSight.NONE);
    }
}
