package dev.polder.cli.load;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The records of one file, in order.
interface RecordSource extends Closeable {
    /// The most a record may measure before it is not even buffered. Above what any store takes as a value,
    /// so that the store's own limit is the one people meet.
    int RECORD_BYTES_MAX = 4 << 20;

    /// The next record, or null after the last.
    ///
    /// @throws BadRecordException if there is one but it cannot be used; if it is skippable, the next call
    ///     goes on
    @Nullable
    SourceRecord next() throws BadRecordException, IOException;

    /// How many bytes of the file have been read so far.
    long bytesRead();
}
