package dev.polder.bench.engine;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/// LMDB through lmdbjava: a copy-on-write B+tree in a memory map.
///
/// A batch is one write transaction. `MDB_NOSYNC` leaves the pages with the operating system: a killed process
/// loses nothing, but a power cut may break the whole file, which is less than a log gives. Readers renew one read
/// transaction per operation, so that each sees what was committed before it.
final class LmdbEngine implements KvEngine {
    private static final int READERS_MAX = 126;

    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> dbi;
    private final EngineFacts facts;

    private LmdbEngine(EngineSettings settings) {
        long mapBytes = (1L << 30) + 8 * settings.dataBytes();
        boolean larger = settings.dataBytes() > settings.memoryBytes();
        List<EnvFlags> flags = new ArrayList<>(List.of(EnvFlags.MDB_NOSYNC, EnvFlags.MDB_NOTLS));
        if (larger) flags.add(EnvFlags.MDB_NORDAHEAD);
        env = Env.create()
                .setMapSize(mapBytes)
                .setMaxDbs(1)
                .setMaxReaders(READERS_MAX)
                .open(settings.folder().toFile(), flags.toArray(new EnvFlags[0]));
        dbi = env.openDbi("bench", DbiFlags.MDB_CREATE);
        facts = new EngineFacts(
                "lmdb",
                "LMDB %d.%d.%d, lmdbjava %s"
                        .formatted(
                                org.lmdbjava.Meta.version().major,
                                org.lmdbjava.Meta.version().minor,
                                org.lmdbjava.Meta.version().patch,
                                Env.class.getPackage().getImplementationVersion()),
                "MDB_NOSYNC, one transaction per batch: survives a killed process; a power cut may corrupt the file",
                "memory map for reads, pwrite on commit (no MDB_WRITEMAP)"
                        + (larger ? "; no read-ahead, as LMDB advises for data larger than memory" : ""),
                "none: LMDB does not compress",
                "the page cache, which the process does not own; map of %d MiB reserved".formatted(mapBytes >> 20),
                "mdb_env_sync, forced");
    }

    static KvEngine open(EngineSettings settings) {
        return new LmdbEngine(settings);
    }

    @Override
    public EngineFacts facts() {
        return facts;
    }

    @Override
    public Writer writer() {
        return new LmdbWriter();
    }

    @Override
    public Reader reader() {
        return new LmdbReader();
    }

    @Override
    public void settle() {
        env.sync(true);
    }

    @Override
    public boolean isLog(Path file) {
        return false;
    }

    @Override
    public void close() {
        env.close();
    }

    private static void fill(ByteBuffer buffer, byte[] bytes) {
        buffer.clear().put(bytes).flip();
    }

    private final class LmdbWriter implements Writer {
        private final ByteBuffer key = ByteBuffer.allocateDirect(env.getMaxKeySize());
        private ByteBuffer value = ByteBuffer.allocateDirect(1 << 12);
        private @Nullable Txn<ByteBuffer> transaction;

        @Override
        public void put(byte[] keyBytes, byte[] valueBytes) {
            Txn<ByteBuffer> open = transaction;
            if (open == null) transaction = open = env.txnWrite();
            if (value.capacity() < valueBytes.length) value = ByteBuffer.allocateDirect(valueBytes.length);
            fill(key, keyBytes);
            fill(value, valueBytes);
            dbi.put(open, key, value);
        }

        @Override
        public void commit() {
            Txn<ByteBuffer> open = transaction;
            if (open == null) return;
            transaction = null;
            try (open) {
                open.commit();
            }
        }

        @Override
        public void close() {
            Txn<ByteBuffer> open = transaction;
            if (open != null) open.close();
        }
    }

    private final class LmdbReader implements Reader {
        private final ByteBuffer key = ByteBuffer.allocateDirect(env.getMaxKeySize());
        private final Txn<ByteBuffer> transaction = env.txnRead();
        private final Cursor<ByteBuffer> cursor = dbi.openCursor(transaction);

        LmdbReader() {
            transaction.reset();
        }

        @Override
        public byte @Nullable [] get(byte[] keyBytes) {
            fill(key, keyBytes);
            transaction.renew();
            ByteBuffer found = dbi.get(transaction, key);
            byte[] value = found == null ? null : copy(found);
            transaction.reset();
            return value;
        }

        @Override
        public int get(byte[] keyBytes, byte[] destination) {
            fill(key, keyBytes);
            transaction.renew();
            ByteBuffer found = dbi.get(transaction, key);
            int bytes = found == null ? -1 : found.remaining();
            if (found != null) found.get(found.position(), destination, 0, Math.min(bytes, destination.length));
            transaction.reset();
            return bytes;
        }

        @Override
        public int scan(byte[] from, int count, ScanSink sink) {
            int entries = 0;
            for (boolean more = start(from); entries < count && more; more = cursor.next(), entries++) {
                byte[] entryKey = copy(cursor.key());
                byte[] entryValue = copy(cursor.val());
                sink.accept(entryKey, entryKey.length, entryValue, entryValue.length);
            }
            transaction.reset();
            return entries;
        }

        @Override
        public int scanInto(byte[] from, int count, ScanSink sink) {
            int entries = 0;
            for (boolean more = start(from); entries < count && more; more = cursor.next(), entries++) {
                ByteBuffer entryKey = cursor.key();
                ByteBuffer entryValue = cursor.val();
                int keyBytes = entryKey.remaining();
                int valueBytes = entryValue.remaining();
                entryKey.get(entryKey.position(), sink.key, 0, keyBytes);
                entryValue.get(entryValue.position(), sink.value, 0, valueBytes);
                sink.accept(sink.key, keyBytes, sink.value, valueBytes);
            }
            transaction.reset();
            return entries;
        }

        private boolean start(byte[] from) {
            fill(key, from);
            transaction.renew();
            cursor.renew(transaction);
            return cursor.get(key, GetOp.MDB_SET_RANGE);
        }

        private static byte[] copy(ByteBuffer from) {
            byte[] to = new byte[from.remaining()];
            from.get(from.position(), to);
            return to;
        }

        @Override
        public void close() {
            transaction.renew();
            cursor.close();
            transaction.close();
        }
    }
}
