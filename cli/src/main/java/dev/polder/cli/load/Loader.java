package dev.polder.cli.load;

import dev.polder.Batch;
import dev.polder.Durability;
import dev.polder.KeyValues;
import dev.polder.Store;
import dev.polder.cli.text.Printable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Moves records into a space, in batches that are buffered by the system and synced once, at the end.
///
/// **Always true.** (1) Records are stored in the order of the input; of equal keys the last one stays.
/// (2) [#stored] counts what has been written to the store, never more. (3) When [#finish] returned, all of it is
/// durable.
public final class Loader {
    /// Small enough for the smallest budget's log area, large enough that a batch costs little more than its
    /// bytes.
    private static final int BATCH_BYTES_MAX = 64 << 10;

    private final Records records;
    private final boolean skipBad;
    private final Consumer<BadRecordException> onSkip;
    private final Set<ByteBuffer> batchKeys = new HashSet<>();
    private final List<Replaced> examples = new ArrayList<>();
    private @Nullable SourceRecord ahead;
    private long stored;
    private long storedBytes;
    private long replaced;
    private long skipped;
    private long batchReplaced;

    /// A key, as people read it, that was there already when its record came.
    public record Replaced(String key, Place place) {}

    /// @param onSkip told of each record that is passed over
    public Loader(Records records, boolean skipBad, Consumer<BadRecordException> onSkip) {
        this.records = records;
        this.skipBad = skipBad;
        this.onSkip = onSkip;
    }

    /// Reads up to the first record. Called before the store is opened, so that a file of which nothing can
    /// be stored does not leave an empty store behind.
    public void readAhead() throws BadRecordException, IOException {
        ahead = nextUsable();
    }

    /// Stores everything. Whatever stops it, the records before are in; call [#finish] to make them durable.
    public void run(Store store, KeyValues space, Runnable onProgress) throws BadRecordException, IOException {
        Batch batch = store.batch();
        try {
            for (SourceRecord record = ahead; record != null; record = nextUsable()) {
                if (batch.count() > 0
                        && batch.bytes() + record.key().length + record.value().length > BATCH_BYTES_MAX) {
                    commit(store, batch);
                    onProgress.run();
                }
                add(space, batch, record);
            }
        } finally {
            ahead = null;
            commit(store, batch);
        }
    }

    private void add(KeyValues space, Batch batch, SourceRecord record) throws BadRecordException {
        try {
            batch.put(space, record.key(), record.value());
        } catch (IllegalArgumentException e) { // over the limits of the store, which its message names
            BadRecordException bad = BadRecordException.skippable(record.place(), String.valueOf(e.getMessage()), "");
            if (!skipBad) throw bad;
            skip(bad);
            return;
        }
        storedBytes += record.key().length + record.value().length;
        if (batchKeys.add(ByteBuffer.wrap(record.key())) && !space.contains(record.key())) return;
        batchReplaced++;
        if (examples.size() < 3) examples.add(new Replaced(Printable.of(record.key()), record.place()));
    }

    private void commit(Store store, Batch batch) {
        if (batch.count() == 0) return;
        store.write(batch, Durability.BUFFERED);
        stored += batch.count();
        replaced += batchReplaced;
        batchReplaced = 0;
        batchKeys.clear();
        batch.clear();
    }

    /// Makes all that was stored durable.
    public void finish(Store store) {
        store.sync();
    }

    private @Nullable SourceRecord nextUsable() throws BadRecordException, IOException {
        while (true) {
            try {
                return records.next();
            } catch (BadRecordException e) {
                if (!skipBad || !e.isSkippable()) throw e;
                skip(e);
            }
        }
    }

    private void skip(BadRecordException bad) {
        skipped++;
        onSkip.accept(bad);
    }

    public long stored() {
        return stored;
    }

    /// Bytes of keys and values.
    public long storedBytes() {
        return storedBytes;
    }

    /// How many of the stored records took the place of one with the same key.
    public long replaced() {
        return replaced;
    }

    public long skipped() {
        return skipped;
    }

    public List<Replaced> examples() {
        return examples;
    }
}
