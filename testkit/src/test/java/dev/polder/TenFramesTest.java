package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.block.BlockHandle;
import dev.polder.block.BlockRef;
import dev.polder.block.Codecs;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.io.IoEngines;
import dev.polder.memory.Memory;
import dev.polder.metrics.FrameMetrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A pool of ten frames under a hundred pages, and a hundred threads with a thousand operations each, at full size: the
/// load tests of the analysis that Polder began with. Pages are of 64 KiB, so ten units are ten frames.
class TenFramesTest {
    private static final int FRAMES = 10;
    private static final int PAGES = 100;
    private static final int PAGE_BYTES = 64 << 10;
    private static final int THREADS = 100;
    private static final int OPERATIONS = 1_000;

    @TempDir
    Path folder;

    private final int[] crcs = new int[PAGES];

    @Test
    void aHundredPagesOneAfterTheOther() {
        try (Small small = new Small(IoEngines.probe(), Small.settings(16, 30_000));
                DiskFile file = filled(small)) {
            assertThat(small.core.pool().resize(FRAMES)).isTrue();
            BlockRef ref = new BlockRef();
            for (int page = 0; page < PAGES; page++) read(small, file, ref, page, false);
            checkPool(small);
            assertThat(small.engine.metrics().poolMisses()).isEqualTo(PAGES);
            assertThat(small.engine.metrics().poolEvictions()).isEqualTo(PAGES - FRAMES);
        }
    }

    @Test
    void aHundredThreadsAtOnce() throws InterruptedException {
        try (Small small = new Small(IoEngines.probe(), Small.settings(16, 30_000));
                DiskFile file = filled(small)) {
            assertThat(small.core.pool().resize(FRAMES)).isTrue();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            CountDownLatch start = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                SplittableRandom random = new SplittableRandom(t);
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        start.await();
                        BlockRef ref = new BlockRef();
                        for (int i = 0; i < OPERATIONS && failure.get() == null; i++) {
                            read(small, file, ref, random.nextInt(PAGES), random.nextInt(8) == 0);
                        }
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                }));
            }
            start.countDown();
            for (Thread thread : threads) thread.join();
            if (failure.get() != null) throw new AssertionError(failure.get());
            checkPool(small);
        }
    }

    private static void checkPool(Small small) {
        List<FrameMetrics> classes = small.engine.metrics().poolClasses();
        assertThat(classes).extracting(FrameMetrics::frames).containsExactly(0, 0, FRAMES);
        assertThat(classes.getLast().used() + classes.getLast().free()).isEqualTo(FRAMES);
        assertThat(small.engine.metrics().poolPinned()).isZero();
        small.checkMemory();
    }

    /// Reads a page as a reader without locks does, and every word of it counts.
    private void read(Small small, DiskFile file, BlockRef ref, int page, boolean pinned) {
        BlockHandle handle = new BlockHandle((long) page * PAGE_BYTES, PAGE_BYTES, PAGE_BYTES, Codecs.RAW, crcs[page]);
        for (int attempt = 0; ; attempt++) {
            small.core.loader().locate(ref, file, handle, pinned ? attempt + 2 : attempt);
            boolean holds = true;
            for (int at = 0; at < PAGE_BYTES; at += 512) holds &= Memory.getLong(ref.address() + at) == word(page, at);
            boolean valid = ref.valid();
            ref.release();
            if (valid && !holds) throw new AssertionError("wrong bytes of page " + page + " were believed");
            if (valid) return;
        }
    }

    private DiskFile filled(Small small) {
        DiskFile file = small.core.disk().create(folder.resolve("pages"), false);
        long buffer = small.core.budget().unitAddress(small.core.budget().tryLease(dev.polder.memory.Owner.MERGE));
        for (int page = 0; page < PAGES; page++) {
            for (int at = 0; at < PAGE_BYTES; at += 8) Memory.putLong(buffer + at, word(page, at));
            CRC32C crc = new CRC32C();
            Memory.update(crc, buffer, PAGE_BYTES);
            crcs[page] = (int) crc.getValue();
            file.write((long) page * PAGE_BYTES, buffer, PAGE_BYTES, Lane.MERGE);
        }
        return file;
    }

    private static long word(int page, int at) {
        return (page + 1) * 0x9e37_79b9_7f4a_7c15L + at;
    }
}
