package dev.polder.bench.engine;

import dev.polder.bench.data.KeyShape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// No engine at all: a file mapped into memory, in which the record's number is the place of its value. What a
/// program gets that leaves caching to the operating system.
///
/// A place is a power of two up to 4 KiB, so that none crosses a page, then whole pages. Writes change it where it
/// is: a reader may see half of one, and a power cut may leave any mixture.
final class MappedEngine implements KvEngine {
    private static final int PAGE_BYTES = 4096, POSIX_MADV_RANDOM = 1;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment file;
    private final EngineSettings settings;
    private final long placeBytes;
    private final EngineFacts facts;

    private MappedEngine(EngineSettings settings) throws IOException {
        this.settings = settings;
        placeBytes = placeBytes(Integer.BYTES + settings.valueBytes());
        Path path = settings.folder().resolve("records");
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            file = channel.map(FileChannel.MapMode.READ_WRITE, 0, settings.records() * placeBytes, arena);
        }
        boolean random = settings.dataBytes() > settings.memoryBytes() && adviseRandom();
        facts = new EngineFacts(
                "mapped",
                "a file mapped by java.lang.foreign",
                "none: writes change pages in place, a reader may see half of one, a power cut may leave any mixture",
                "memory map, shared" + (random ? ", no read-ahead, for data larger than memory" : ""),
                "none",
                "the page cache, which the process does not own; records of %d bytes".formatted(placeBytes),
                "msync");
    }

    static KvEngine open(EngineSettings settings) throws IOException {
        return new MappedEngine(settings);
    }

    /// Without this each fault reads many pages around the one that is wanted, and puts as many out.
    private boolean adviseRandom() {
        Linker linker = Linker.nativeLinker();
        try {
            return (int) linker.downcallHandle(
                                    linker.defaultLookup().findOrThrow("posix_madvise"),
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.ADDRESS,
                                            ValueLayout.JAVA_LONG,
                                            ValueLayout.JAVA_INT))
                            .invokeExact(file, file.byteSize(), POSIX_MADV_RANDOM)
                    == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("posix_madvise cannot be called", e);
        }
    }

    static long placeBytes(int bytes) {
        if (bytes > PAGE_BYTES) return (bytes + PAGE_BYTES - 1L) & -PAGE_BYTES;
        return Math.max(64, Integer.highestOneBit(bytes * 2 - 1));
    }

    /// Where the record of a key lies, or -1.
    private long place(byte[] key) {
        long number = settings.keys().number(key);
        return number % 2 != 0 || number / 2 >= settings.records() ? -1 : number / 2 * placeBytes;
    }

    private int valueBytes(long place) {
        return place < 0 ? -1 : file.get(ValueLayout.JAVA_INT, place) - 1; // a fresh file is zeros
    }

    @Override
    public EngineFacts facts() {
        return facts;
    }

    @Override
    public Writer writer() {
        return new MappedWriter();
    }

    @Override
    public Reader reader() {
        return new MappedReader();
    }

    @Override
    public void settle() {
        file.force();
    }

    @Override
    public boolean isLog(Path file) {
        return false;
    }

    @Override
    public void close() {
        arena.close();
    }

    private final class MappedWriter implements Writer {
        @Override
        public void put(byte[] key, byte[] value) {
            long place = place(key);
            if (place < 0 || value.length > placeBytes - Integer.BYTES)
                throw new IllegalArgumentException("the mapped file has no place for this record");
            file.set(ValueLayout.JAVA_INT, place, value.length + 1);
            MemorySegment.copy(value, 0, file, ValueLayout.JAVA_BYTE, place + Integer.BYTES, value.length);
        }

        @Override
        public void commit() {}
    }

    private final class MappedReader implements Reader {
        @Override
        public byte @Nullable [] get(byte[] key) {
            long place = place(key);
            int bytes = valueBytes(place);
            if (bytes < 0) return null;
            byte[] value = new byte[bytes];
            MemorySegment.copy(file, ValueLayout.JAVA_BYTE, place + Integer.BYTES, value, 0, bytes);
            return value;
        }

        @Override
        public int get(byte[] key, byte[] destination) {
            long place = place(key);
            int bytes = valueBytes(place);
            if (bytes >= 0) {
                int copied = Math.min(bytes, destination.length);
                MemorySegment.copy(file, ValueLayout.JAVA_BYTE, place + Integer.BYTES, destination, 0, copied);
            }
            return bytes;
        }

        @Override
        public int scan(byte[] from, int count, ScanSink sink) {
            byte[] key = new byte[KeyShape.KEY_BYTES];
            int entries = 0;
            for (long record = first(from); entries < count && record < settings.records(); record++) {
                settings.keys().present(record, key);
                byte[] value = get(key);
                if (value == null) continue;
                sink.accept(key.clone(), key.length, value, value.length);
                entries++;
            }
            return entries;
        }

        @Override
        public int scanInto(byte[] from, int count, ScanSink sink) {
            int entries = 0;
            for (long record = first(from); entries < count && record < settings.records(); record++) {
                settings.keys().present(record, sink.key);
                int bytes = get(sink.key, sink.value);
                if (bytes < 0) continue;
                sink.accept(sink.key, KeyShape.KEY_BYTES, sink.value, bytes);
                entries++;
            }
            return entries;
        }

        private long first(byte[] from) {
            return (settings.keys().number(from) + 1) / 2;
        }
    }
}
