package dev.polder;

import dev.polder.block.BlockHandle;
import dev.polder.block.BlockLoader;
import dev.polder.block.BlockRef;
import dev.polder.block.Codecs;
import dev.polder.disk.DiskFile;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.io.IoFile;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import dev.polder.store.EngineCore;
import dev.polder.store.EngineSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;

/// A process of its own that reads more than a million distinct blocks, of all three sizes of frames, through the
/// loader and the pool of an engine of 16 MiB. The device is made up: what a block holds follows from its number, so
/// there are no gigabytes to write first. Started by [MemoryBoundTest]; every block that is read is checked.
public final class MillionBlocksChild {
    private static final int THREADS = 2;

    /// How many blocks of a size: one file for each.
    private record Size(int bytes, int blocks, int stride) {
        static final List<Size> ALL = List.of(
                new Size(4 << 10, 1_000_000, 618_033),
                new Size(16 << 10, 25_000, 9_871),
                new Size(64 << 10, 4_000, 1_597));
    }

    private MillionBlocksChild() {}

    public static void main(String[] arguments) throws Exception {
        Device device = new Device();
        EngineSettings settings = EngineSettings.of(MemoryBoundChild.BUDGET_MEBIBYTES << 20, 1, 30_000);
        EngineCore core = new EngineCore(settings, device, IoEngines.regions(), Seams.system());
        try (Engine engine = Engine.over(core)) {
            MemoryBoundChild.Sampler sampler = new MemoryBoundChild.Sampler(engine);
            Thread sampling = Thread.ofPlatform().daemon().start(sampler);
            long distinct = 0;
            for (Size size : Size.ALL) distinct += readAll(core, size);
            sampler.stop = true;
            sampling.join();
            EngineMetrics metrics = engine.metrics();
            System.out.println("child: ok distinct=" + distinct + " evictions=" + metrics.poolEvictions()
                    + " blockReads=" + metrics.blockReads() + " readBytes=" + metrics.readBytes() + " " + sampler
                    + " peakRssBytes=" + MemoryBoundChild.peakRssBytes());
        }
    }

    /// Every block once, in no order, and some of them again soon after; returns how many.
    private static long readAll(EngineCore core, Size size) throws InterruptedException {
        List<BitSet> seen = new ArrayList<>();
        List<Thread> readers = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (DiskFile file = core.disk().open(Path.of("/blocks-" + size.bytes), false, true)) {
            for (int t = 0; t < THREADS; t++) {
                int first = t;
                BitSet own = new BitSet();
                seen.add(own);
                readers.add(Thread.ofPlatform().start(() -> {
                    try {
                        new Reader(core.loader(), file, size, own).readFrom(first);
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                }));
            }
            for (Thread reader : readers) reader.join();
        }
        if (failure.get() != null) throw new AssertionError(failure.get());
        BitSet all = new BitSet();
        seen.forEach(all::or);
        return all.cardinality();
    }

    private static final class Reader {
        private final BlockLoader loader;
        private final DiskFile file;
        private final Size size;
        private final BitSet seen;
        private final BlockRef ref = new BlockRef();
        private final long expected = IoEngines.regions().acquire(64 << 10);

        Reader(BlockLoader loader, DiskFile file, Size size, BitSet seen) {
            this.loader = loader;
            this.file = file;
            this.size = size;
            this.seen = seen;
        }

        void readFrom(int first) {
            int previous = -1;
            for (int i = first; i < size.blocks; i += THREADS) {
                int block = (int) ((long) i * size.stride % size.blocks);
                read(block);
                seen.set(block);
                if (i % 16 == first && previous >= 0) read(previous);
                previous = block;
            }
            IoEngines.regions().release(expected, 64 << 10);
        }

        private void read(int block) {
            fill(expected, block, size.bytes);
            CRC32C crc = new CRC32C();
            Memory.update(crc, expected, size.bytes);
            BlockHandle handle = new BlockHandle(
                    (long) block * size.bytes, size.bytes, size.bytes, Codecs.RAW, (int) crc.getValue());
            for (int attempt = 0; ; attempt++) {
                loader.locate(ref, file, handle, attempt);
                boolean holds = Memory.compare(ref.address(), ref.bytes(), expected, size.bytes) == 0;
                boolean valid = ref.valid();
                ref.release();
                if (valid && !holds) throw new AssertionError("wrong bytes of block " + block + " of " + size);
                if (valid) return;
            }
        }
    }

    private static void fill(long address, int block, int bytes) {
        long noise = (block + 1L) * 0x9e37_79b9_7f4a_7c15L;
        for (int at = 0; at < bytes; at += 8) Memory.putLong(address + at, noise ^ at);
    }

    /// A device whose files are full of blocks that nobody wrote.
    private static final class Device implements IoEngine {
        @Override
        public String name() {
            return "made up";
        }

        @Override
        public IoFile open(Path file, OpenMode mode) {
            int bytes = Integer.parseInt(
                    Objects.requireNonNull(file.getFileName()).toString().substring(7));
            return new Blocks(
                    bytes,
                    Size.ALL.stream()
                            .filter(size -> size.bytes == bytes)
                            .findFirst()
                            .orElseThrow());
        }

        @Override
        public void createDirectories(Path directory) {}

        @Override
        public List<String> list(Path directory) {
            return List.of();
        }

        @Override
        public boolean exists(Path path) {
            return true;
        }

        @Override
        public boolean isDirectory(Path path) {
            return false;
        }

        @Override
        public void rename(Path from, Path to) {}

        @Override
        public void delete(Path file) {}

        @Override
        public void syncDirectory(Path directory) {}

        @Override
        public AutoCloseableLock lock(Path file) {
            return () -> {};
        }

        @Override
        public AutoCloseableLock lockShared(Path file) {
            return () -> {};
        }

        @Override
        public void close() {}
    }

    private record Blocks(int blockBytes, Size of) implements IoFile {
        @Override
        public int alignment() {
            return DIRECT_ALIGNMENT;
        }

        @Override
        public int read(long position, long address, int bytes) {
            if (position % blockBytes != 0 || bytes % blockBytes != 0) throw new AssertionError("not a whole block");
            for (int at = 0; at < bytes; at += blockBytes)
                fill(address + at, (int) ((position + at) / blockBytes), blockBytes);
            return bytes;
        }

        @Override
        public int write(long position, long address, int bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sync() {}

        @Override
        public long size() {
            return (long) of.blocks * blockBytes;
        }

        @Override
        public void truncate(long bytes) {}

        @Override
        public void dontNeed(long position, long bytes) {}

        @Override
        public void close() {}
    }
}
