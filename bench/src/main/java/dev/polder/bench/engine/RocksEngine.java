package dev.polder.bench.engine;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.FlushOptions;
import org.rocksdb.HyperClockCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/// RocksDB through its own Java binding, tuned after its wiki ("Setup Options and Basic Tuning", "Memory usage in
/// RocksDB").
///
/// All its memory is one cache of the benchmark's size: data, index and filter blocks live in it, and the write buffer
/// manager charges memtables to it, up to half. Data blocks carry RocksDB's hash index, which makes its point look-ups
/// faster; level sizes are its defaults.
final class RocksEngine implements KvEngine {
    private static final int BACKGROUND_JOBS = 2, BLOOM_BITS = 10, FORMAT_VERSION = 7;
    private static final long WRITE_BUFFER_BYTES_MAX = 64L << 20, BYTES_PER_SYNC = 1L << 20;
    private static final int QUIET_POLLS = 5;

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final RocksDB db;
    private final ReadOptions readOptions;
    private final WriteOptions writeOptions;
    private final EngineFacts facts;

    private RocksEngine(EngineSettings settings) throws RocksDBException {
        RocksDB.loadLibrary();
        long memory = settings.memoryBytes();
        long writeBufferBytes = Math.min(WRITE_BUFFER_BYTES_MAX, memory / 8);
        Cache cache = own(new HyperClockCache(memory, 0, -1, false));
        WriteBufferManager buffers = own(new WriteBufferManager(memory / 2, cache));
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFilterPolicy(own(new BloomFilter(BLOOM_BITS)))
                .setOptimizeFiltersForMemory(true)
                .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                .setFormatVersion(FORMAT_VERSION);
        Options options = own(new Options())
                .setCreateIfMissing(true)
                .setWriteBufferManager(buffers)
                .setWriteBufferSize(writeBufferBytes)
                .setMaxWriteBufferNumber(4)
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setBytesPerSync(BYTES_PER_SYNC)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true)
                .setUseDirectReads(settings.direct())
                .setUseDirectIoForFlushAndCompaction(settings.direct())
                .setTableFormatConfig(table);
        readOptions = own(new ReadOptions());
        writeOptions = own(new WriteOptions().setSync(false));
        db = own(RocksDB.open(options, settings.folder().toString()));
        facts = new EngineFacts(
                "rocksdb",
                "rocksdbjni " + RocksDB.rocksdbVersion(),
                "write-ahead log written to the OS per batch, no sync: survives a killed process, not a power cut",
                settings.direct() ? "direct reads, flushes and compactions; log buffered" : "buffered (its default)",
                "LZ4 on every level",
                "one HyperClockCache of %d MiB for data (4 KiB blocks), index and filters, memtables charged to it up to half (%d MiB each); Bloom %d bits; binary and hash index in data blocks; format %d; %d background jobs"
                        .formatted(memory >> 20, writeBufferBytes >> 20, BLOOM_BITS, FORMAT_VERSION, BACKGROUND_JOBS),
                "flush, then until nothing runs or is pending (no manual compaction)");
    }

    static KvEngine open(EngineSettings settings) throws RocksDBException {
        return new RocksEngine(settings);
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    @Override
    public EngineFacts facts() {
        return facts;
    }

    @Override
    public Writer writer() {
        return new RocksWriter();
    }

    @Override
    public Reader reader() {
        return new RocksReader();
    }

    @Override
    public void settle() throws RocksDBException, InterruptedException {
        try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            db.flush(flush);
        }
        for (int quiet = 0; quiet < QUIET_POLLS; quiet = busy() ? 0 : quiet + 1) Thread.sleep(2);
    }

    private boolean busy() throws RocksDBException {
        return db.getLongProperty("rocksdb.num-running-flushes") != 0
                || db.getLongProperty("rocksdb.mem-table-flush-pending") != 0
                || db.getLongProperty("rocksdb.num-running-compactions") != 0
                || db.getLongProperty("rocksdb.compaction-pending") != 0;
    }

    /// `000012.log` is the write-ahead log; `LOG` is prose, and counted with it.
    @Override
    public boolean isLog(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".log") || name.startsWith("LOG");
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("closing RocksDB failed", e);
            }
        }
    }

    private final class RocksWriter implements Writer {
        private final WriteBatch batch = new WriteBatch();

        @Override
        public void put(byte[] key, byte[] value) {
            try {
                batch.put(key, value);
            } catch (RocksDBException e) {
                throw new IllegalStateException("put failed", e);
            }
        }

        @Override
        public void commit() {
            try {
                db.write(writeOptions, batch);
            } catch (RocksDBException e) {
                throw new IllegalStateException("write failed", e);
            }
            batch.clear();
        }

        @Override
        public void close() {
            batch.close();
        }
    }

    private final class RocksReader implements Reader {
        @Override
        public byte @Nullable [] get(byte[] key) {
            try {
                return db.get(readOptions, key);
            } catch (RocksDBException e) {
                throw new IllegalStateException("get failed", e);
            }
        }

        @Override
        public int get(byte[] key, byte[] destination) {
            try {
                return db.get(readOptions, key, destination);
            } catch (RocksDBException e) {
                throw new IllegalStateException("get failed", e);
            }
        }

        @Override
        public int scan(byte[] from, int count, ScanSink sink) {
            int entries = 0;
            try (RocksIterator cursor = db.newIterator(readOptions)) {
                for (cursor.seek(from); entries < count && cursor.isValid(); cursor.next(), entries++) {
                    byte[] key = cursor.key();
                    byte[] value = cursor.value();
                    sink.accept(key, key.length, value, value.length);
                }
            }
            return entries;
        }

        @Override
        public int scanInto(byte[] from, int count, ScanSink sink) {
            int entries = 0;
            try (RocksIterator cursor = db.newIterator(readOptions)) {
                for (cursor.seek(from); entries < count && cursor.isValid(); cursor.next(), entries++) {
                    sink.accept(sink.key, cursor.key(sink.key), sink.value, cursor.value(sink.value));
                }
            }
            return entries;
        }
    }
}
