package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.memory.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    /// Engines of growing sizes, one after the other: none fits into what those before had.
    @Test
    void whatIsGivenBackIsMemoryOfTheSystemAgain() throws IOException {
        if (!Platform.LINUX || !Platform.POSIX) {
            System.err.println("SKIPPED: only Linux tells which pages are there");
            return;
        }
        List<long[]> before = new ArrayList<>();
        for (long bytes = 4 * MIB; bytes <= 64 * MIB; bytes *= 2) {
            long address = regions.acquire(bytes);
            Memory.fill(address, bytes, (byte) 1);
            assertThat(residentPages(address, bytes)).as("in use").isEqualTo(bytes / PAGE);
            regions.release(address, bytes);
            before.add(new long[] {address, bytes});
            for (long[] region : before)
                assertThat(residentPages(region[0], region[1]))
                        .as("after %d bytes", bytes)
                        .isZero();
        }
        for (long[] region : before)
            assertThat(Memory.getLong(region[0] + region[1] - 8))
                    .as("read late")
                    .isZero();
    }

    private static final long PAGE = 4096;

    /// Of the kernel's map of our pages: a word each, whose highest bit says that there is one.
    private static long residentPages(long address, long bytes) throws IOException {
        ByteBuffer words = ByteBuffer.allocate((int) (bytes / PAGE) * 8).order(ByteOrder.nativeOrder());
        try (FileChannel map = FileChannel.open(Path.of("/proc/self/pagemap"))) {
            while (words.hasRemaining()) {
                int read = map.read(words, address / PAGE * 8 + words.position());
                assertThat(read).isPositive();
            }
        }
        long resident = 0;
        words.flip();
        while (words.hasRemaining()) if (words.getLong() < 0) resident++;
        return resident;
    }
}
