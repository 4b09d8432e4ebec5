package dev.polder.kv;

import dev.polder.block.BlockLoader;
import dev.polder.generation.Entry;
import dev.polder.generation.EntryIndex;
import dev.polder.memory.Memory;
import dev.polder.run.Levels;
import dev.polder.run.ReadAhead;
import dev.polder.run.Run;
import dev.polder.run.RunCursor;

/// One sorted sequence of entries that a cursor merges: a generation's index, a run of level 0, or a whole level
/// below it. Order: key ascending (unsigned), sequence descending. Valid only inside the read slot in which it was
/// positioned.
abstract sealed class Source permits Source.OfGeneration, Source.OfRuns, FoldedSource {
    /// First eight bytes of the key that it stands on; compared before the keys themselves.
    long head;

    long keyAddress;
    int keyBytes;
    boolean valid;

    abstract long sequence();

    abstract boolean isDelete();

    abstract int valueBytes();

    /// Copies as much of the value as fits.
    abstract void copyValue(byte[] to);

    final void first() {
        settle(moveFirst());
    }

    final void last() {
        settle(moveLast());
    }

    final void next() {
        settle(moveNext());
    }

    final void previous() {
        settle(movePrevious());
    }

    /// To the first entry at or after (key, sequence).
    final void seek(long key, int bytes, long sequence) {
        settle(moveTo(key, bytes, sequence));
    }

    /// To the last entry whose key is less than `key`.
    final void seekBefore(long key, int bytes) {
        settle(moveBefore(key, bytes));
    }

    /// Order of this source's key against another key.
    final int compareKey(long otherHead, long key, int bytes) {
        if (head != otherHead) return Long.compareUnsigned(head, otherHead);
        return Memory.compare(keyAddress, keyBytes, key, bytes);
    }

    private void settle(boolean found) {
        valid = found;
        if (found) {
            keyAddress = currentKeyAddress();
            keyBytes = currentKeyBytes();
            head = Memory.head(keyAddress, keyBytes);
        }
    }

    abstract boolean moveFirst();

    abstract boolean moveLast();

    abstract boolean moveNext();

    abstract boolean movePrevious();

    abstract boolean moveTo(long key, int bytes, long sequence);

    abstract boolean moveBefore(long key, int bytes);

    abstract long currentKeyAddress();

    abstract int currentKeyBytes();

    /// The entries of one space in one generation.
    static final class OfGeneration extends Source {
        private final EntryIndex index;
        private long entry;

        OfGeneration(EntryIndex index) {
            this.index = index;
        }

        @Override
        long sequence() {
            return Entry.sequence(entry);
        }

        @Override
        boolean isDelete() {
            return Entry.kind(entry) == Entry.DELETE;
        }

        @Override
        int valueBytes() {
            return Entry.valueBytes(entry);
        }

        @Override
        void copyValue(byte[] to) {
            Entry.copyValue(entry, to);
        }

        @Override
        boolean moveFirst() {
            return to(index.first());
        }

        @Override
        boolean moveLast() {
            return to(index.last());
        }

        @Override
        boolean moveNext() {
            return to(index.next(entry));
        }

        @Override
        boolean movePrevious() {
            return to(index.previous(entry));
        }

        @Override
        boolean moveTo(long key, int bytes, long sequence) {
            return to(index.seek(key, bytes, sequence));
        }

        @Override
        boolean moveBefore(long key, int bytes) {
            return to(index.seekBefore(key, bytes));
        }

        private boolean to(long found) {
            entry = found;
            return found != 0;
        }

        @Override
        long currentKeyAddress() {
            return Entry.keyAddress(entry);
        }

        @Override
        int currentKeyBytes() {
            return Entry.keyBytes(entry);
        }
    }

    /// Disjoint runs, sorted by key, one after the other; a run of level 0 is a list of one.
    static final class OfRuns extends Source {
        private final Run[] runs;
        private final BlockLoader loader;
        private final long scratch;
        private final ReadAhead ahead;
        private RunCursor cursor;
        private int at;

        /// @param runs    at least one
        /// @param scratch [RunCursor#SCRATCH_BYTES] bytes for the key of the run that it stands in
        OfRuns(Run[] runs, BlockLoader loader, long scratch) {
            this.runs = runs;
            this.loader = loader;
            this.scratch = scratch;
            ahead = new ReadAhead(runs);
            cursor = runs[0].cursor(loader, scratch, ahead, 0);
        }

        @Override
        long sequence() {
            return cursor.sequence();
        }

        @Override
        boolean isDelete() {
            return cursor.isDelete();
        }

        @Override
        int valueBytes() {
            return cursor.valueBytes();
        }

        @Override
        void copyValue(byte[] to) {
            cursor.copyValue(to);
        }

        @Override
        boolean moveFirst() {
            return open(0) && (cursor.first() || forward());
        }

        @Override
        boolean moveLast() {
            return open(runs.length - 1) && (cursor.last() || backward());
        }

        @Override
        boolean moveNext() {
            return cursor.next() || forward();
        }

        @Override
        boolean movePrevious() {
            return cursor.previous() || backward();
        }

        @Override
        boolean moveTo(long key, int bytes, long sequence) {
            return open(Levels.firstEndingAtOrAfter(runs, key, bytes))
                    && (cursor.seek(key, bytes, sequence) || forward());
        }

        @Override
        boolean moveBefore(long key, int bytes) {
            return open(Levels.lastBeginningBefore(runs, key, bytes)) && (cursor.seekBefore(key, bytes) || backward());
        }

        private boolean forward() {
            while (open(at + 1)) if (cursor.goOnToFirst()) return true;
            return false;
        }

        private boolean backward() {
            while (open(at - 1)) if (cursor.goOnToLast()) return true;
            return false;
        }

        private boolean open(int index) {
            if (index < 0 || index >= runs.length) return false;
            if (index != at) {
                at = index;
                cursor = runs[index].cursor(loader, scratch, ahead, index);
            }
            return true;
        }

        /// Others have used the memory for the key meanwhile.
        void keyOverwritten() {
            cursor.keyOverwritten();
        }

        /// Reads the current key again.
        void restoreKey() {
            cursor.restoreKey();
        }

        @Override
        long currentKeyAddress() {
            return cursor.keyAddress();
        }

        @Override
        int currentKeyBytes() {
            return cursor.keyBytes();
        }
    }
}
