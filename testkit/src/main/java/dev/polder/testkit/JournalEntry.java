package dev.polder.testkit;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One change a simulated disk was asked for, in the order of asking. Files and directories are nodes, by number:
/// names come and go. `node` is the file or directory the entry concerns.
sealed interface JournalEntry {
    int index();

    int node();

    /// @param content `null` stands for zeros: the zero-filled segments of a log would otherwise fill the journal
    @SuppressWarnings("ArrayRecordComponent") // shared with nobody, compared by nobody
    record Write(int index, int node, long position, byte @Nullable [] content, int bytes) implements JournalEntry {
        long end() {
            return position + bytes;
        }
    }

    record Truncate(int index, int node, long size) implements JournalEntry {}

    /// Everything asked of this file before entry number `before` is durable now (`failed`: is lost now).
    ///
    /// @param underWay entries before it that it does not cover
    record Sync(int index, int node, int before, Set<Integer> underWay, boolean failed) implements JournalEntry {}

    /// A new file or directory, `child`, and its name in directory `node`.
    record Create(int index, int node, String name, int child, boolean directory) implements JournalEntry {}

    /// The name in directory `node` is gone.
    record Delete(int index, int node, String name) implements JournalEntry {}

    /// Name `from` of directory `node` becomes name `to` of directory `toNode`, all or nothing.
    record Rename(int index, int node, String from, int toNode, String to, int child) implements JournalEntry {}

    /// Everything asked of this directory before entry number `before` is durable now.
    record SyncDirectory(int index, int node, int before) implements JournalEntry {}

    /// A byte of the device changes by itself.
    record Corrupt(int index, int node, long position, byte value) implements JournalEntry {}

    /// An operation that left no trace: a write that the device lost.
    record Nothing(int index, int node) implements JournalEntry {}
}
