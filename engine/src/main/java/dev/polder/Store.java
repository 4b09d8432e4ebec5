package dev.polder;

import dev.polder.kv.KeyValueSpace;
import dev.polder.metrics.OpenUse;
import dev.polder.store.StoreCore;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One directory of data: any number of spaces that share a log, commit together and recover together.
///
/// Thread-safe.
public final class Store implements AutoCloseable {
    private final StoreCore core;

    Store(StoreCore core) {
        this.core = core;
    }

    StoreCore core() {
        return core;
    }

    public Path path() {
        return core.directory();
    }

    /// The key-value space of this name, created if there is none.
    ///
    /// @param name 1 to 255 bytes of UTF-8
    public KeyValues keyValues(String name) {
        return new KeyValues(this, new KeyValueSpace(core, core.createSpace(name), name));
    }

    /// The key-value space of this name, or `null`.
    public @Nullable KeyValues keyValuesOrNull(String name) {
        core.checkOpen();
        Integer id = core.version().names().get(name);
        return id == null ? null : new KeyValues(this, new KeyValueSpace(core, id, name));
    }

    /// Names of all spaces, sorted.
    public List<String> spaces() {
        core.checkOpen();
        return core.spaces();
    }

    /// Drops a space with everything in it, in constant time; its files go once the last reader has left.
    ///
    /// @return whether there was such a space
    public boolean drop(String name) {
        return core.dropSpace(name);
    }

    /// A new, empty batch of writes to this store.
    public Batch batch() {
        return new Batch(this);
    }

    /// Writes a batch: all of it or nothing, across spaces; durable when it returns.
    public void write(Consumer<Batch> body) {
        Batch batch = batch();
        body.accept(batch);
        write(batch, Durability.SYNCED);
    }

    /// Writes a batch: all of it or nothing, across spaces. The batch is not changed and may be used again.
    public void write(Batch batch, Durability durability) {
        batch.commit(this, durability);
    }

    /// What is visible now, kept readable until the snapshot is closed.
    public Snapshot snapshot() {
        return new Snapshot(this, core.registerSnapshot());
    }

    /// Makes every write so far durable.
    public void sync() {
        core.sync();
    }

    /// Merges every write so far into sorted runs.
    public void flush() {
        core.flush();
    }

    /// Flushes, and waits until background work has nothing left to do.
    public void settle() {
        core.settle();
    }

    public StoreMetrics metrics() {
        return StoreMetrics.of(core);
    }

    /// Reads every byte that the store reaches and checks every checksum.
    ///
    /// @param progress called now and then with bytes done and bytes in all
    public VerifyReport verify(VerifyReport.Progress progress) {
        return VerifyReport.of(core, progress);
    }

    /// Closes the store. Commits that were acknowledged are durable; nothing is waited for but work under way.
    /// Snapshots, cursors and views that are still open may be closed later, but are told of: [LeftOpenException].
    @Override
    public void close() {
        LeftOpenException.ifChosen(closeNamingLeaks());
    }

    /// Closes, and returns what was left open, whatever the JVM was started with: for tests that do so on purpose.
    List<OpenUse> closeNamingLeaks() {
        return core.close();
    }
}
