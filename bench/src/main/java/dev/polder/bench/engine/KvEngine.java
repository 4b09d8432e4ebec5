package dev.polder.bench.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// One open store of one engine. Writers and readers are used by one thread each; the engine itself by all.
public interface KvEngine extends AutoCloseable {
    /// What is needed to judge a figure of this engine.
    EngineFacts facts();

    Writer writer();

    Reader reader();

    /// Returns when the engine has no work left over from what was written: the debt that a short run would hide.
    void settle() throws Exception;

    /// Whether `file` (of the store's folder) is a log, counted apart from the data.
    boolean isLog(Path file);

    @Override
    void close();

    /// Puts go into a batch; `commit` makes the batch visible and hands it to the operating system.
    interface Writer extends AutoCloseable {
        void put(byte[] key, byte[] value);

        void commit();

        @Override
        default void close() {}
    }

    interface Reader extends AutoCloseable {
        /// The value as a new array, or null.
        byte @Nullable [] get(byte[] key);

        /// The value's length, or -1; copies what fits into `destination`.
        int get(byte[] key, byte[] destination);

        /// Reads up to `count` entries from `from` on, through a cursor opened for this call; key and value of each are
        /// copied into new arrays.
        int scan(byte[] from, int count, ScanSink sink);

        /// The same, copied into the sink's two arrays.
        int scanInto(byte[] from, int count, ScanSink sink);

        @Override
        default void close() {}
    }
}
