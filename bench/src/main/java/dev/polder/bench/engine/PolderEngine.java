package dev.polder.bench.engine;

import dev.polder.Batch;
import dev.polder.Budget;
import dev.polder.Cursor;
import dev.polder.Durability;
import dev.polder.Engine;
import dev.polder.EngineOptions;
import dev.polder.KeyValues;
import dev.polder.Store;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Polder, through the interface that its users have.
final class PolderEngine implements KvEngine {
    private final Engine engine;
    private final Store store;
    private final KeyValues records;
    private final EngineFacts facts;

    private PolderEngine(EngineSettings settings) {
        engine = Engine.open(
                EngineOptions.of(Budget.bytes(settings.memoryBytes())).withWarmPercent(settings.warmPercent()));
        store = engine.store(settings.folder());
        records = store.keyValues("bench");
        facts = new EngineFacts(
                "polder",
                "of this source tree",
                "BUFFERED, log written to the OS per batch, no sync: survives a killed process, not a power cut",
                "direct where the file system can; log buffered",
                "LZ4 on every level where it saves an eighth",
                "one budget of %d MiB for blocks, index, filters, unmerged writes, merges and bookkeeping%s; Bloom 10 bits; one thread merges, one compacts"
                        .formatted(
                                settings.memoryBytes() >> 20,
                                settings.warmPercent() == 0
                                        ? ""
                                        : ", %d %% of it for compressed blocks".formatted(settings.warmPercent())),
                "Store.settle(): until everything is merged and no compaction is due");
    }

    static KvEngine open(EngineSettings settings) {
        return new PolderEngine(settings);
    }

    @Override
    public EngineFacts facts() {
        return facts;
    }

    @Override
    public Writer writer() {
        return new PolderWriter();
    }

    @Override
    public Reader reader() {
        return new PolderReader();
    }

    @Override
    public void settle() {
        store.settle();
    }

    @Override
    public boolean isLog(Path file) {
        return file.getFileName().toString().startsWith("log-");
    }

    @Override
    public void close() {
        store.close();
        engine.close();
    }

    private final class PolderWriter implements Writer {
        private final Batch batch = store.batch();

        @Override
        public void put(byte[] key, byte[] value) {
            batch.put(records, key, value);
        }

        @Override
        public void commit() {
            store.write(batch, Durability.BUFFERED);
            batch.clear();
        }
    }

    private final class PolderReader implements Reader {
        @Override
        public byte @Nullable [] get(byte[] key) {
            return records.get(key);
        }

        @Override
        public int get(byte[] key, byte[] destination) {
            return records.get(key, destination);
        }

        @Override
        public int scan(byte[] from, int count, ScanSink sink) {
            int entries = 0;
            try (Cursor cursor = records.cursor()) {
                for (cursor.seek(from); entries < count && cursor.valid(); cursor.next(), entries++) {
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
            try (Cursor cursor = records.cursor()) {
                for (cursor.seek(from); entries < count && cursor.valid(); cursor.next(), entries++) {
                    sink.accept(sink.key, cursor.copyKey(sink.key), sink.value, cursor.copyValue(sink.value));
                }
            }
            return entries;
        }
    }
}
