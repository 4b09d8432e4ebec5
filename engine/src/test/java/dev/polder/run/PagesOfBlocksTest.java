package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// Where a run writer puts a block, so that reading it touches few pages of the device.
class PagesOfBlocksTest {
    @Test
    void aBlockIsMovedOnOnlyWhereThatSavesAPageAndCostsLittle() {
        assertThat(RunWriter.gapBefore(0, 4000)).isZero();
        assertThat(RunWriter.gapBefore(4000, 4000))
                .as("96 bytes to the next page")
                .isEqualTo(96);
        assertThat(RunWriter.gapBefore(3000, 4000)).as("more than an eighth").isZero();
        assertThat(RunWriter.gapBefore(3072, 16 << 10))
                .as("1024 bytes, a sixteenth")
                .isEqualTo(1024);
        assertThat(RunWriter.gapBefore(3064, 16 << 10)).as("more than 1 KiB").isZero();
        assertThat(RunWriter.gapBefore(2048, 2048)).as("fits").isZero();
        assertThat(RunWriter.gapBefore(4000, 4100)).as("two pages either way").isZero();
        assertThat(RunWriter.gapBefore(4000, 4200)).as("two pages, not three").isEqualTo(96);
    }

    @Test
    void neverTakesMorePagesAndSavesMany() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        long position = 0;
        long gaps = 0;
        int straddling = 0;
        int blocks = 20_000;
        for (int i = 0; i < blocks; i++) {
            int stored = 3600 + random.nextInt(497);
            int gap = RunWriter.gapBefore(position, stored);
            assertThat(pages(position + gap, stored)).as("seed %d", seed).isLessThanOrEqualTo(pages(position, stored));
            gaps += gap;
            position += gap;
            if (pages(position, stored) > 1) straddling++;
            position = (position + stored + 7) & -8;
        }
        assertThat(gaps).as("seed %d", seed).isLessThan(position / 8);
        assertThat(straddling).as("seed %d", seed).isLessThan(blocks / 3);
    }

    private static long pages(long position, int bytes) {
        return ((position + bytes - 1) >>> 12) - (position >>> 12) + 1;
    }
}
