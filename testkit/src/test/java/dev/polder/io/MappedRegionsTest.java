package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.memory.Memory;
import org.junit.jupiter.api.Test;

class MappedRegionsTest {
    private static final long MIB = 1 << 20;

    private final MappedRegions regions = new MappedRegions(new NumaPlacement(new int[] {0}, -1, (_, _, _, _) -> 0));

    @Test
    void aRegionIsAlignedAndCanBeUsedToTheLastByte() {
        long address = regions.acquire(5 * MIB + 1);
        assertThat(address % (2 * MIB)).isZero();
        Memory.putLong(address, 42);
        Memory.putLong(address + 6 * MIB - 8, 43);
        assertThat(Memory.getLong(address)).isEqualTo(42);
        assertThat(Memory.getLong(address + 6 * MIB - 8)).isEqualTo(43);
        regions.release(address, 5 * MIB + 1);
    }

    @Test
    void releasingTwiceIsFound() {
        long address = regions.acquire(2 * MIB);
        regions.release(address, 2 * MIB);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> regions.release(address, 2 * MIB));
    }
}
