package dev.polder.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Everything that was asked of a simulated disk, and the way back to any moment of it.
///
/// A walk over crash points goes forward, so the last state is kept and moved on, one entry at a time; a jump back
/// starts at a checkpoint.
final class Journal {
    private static final int CHECKPOINT_EVERY = 512;

    private final List<JournalEntry> entries = new ArrayList<>();
    private final List<IoOperation> operations = new ArrayList<>();
    private final TreeMap<Integer, Device> checkpoints = new TreeMap<>();
    /// Number of the first entry that is kept.
    private int start;
    /// `cursor` is the device after all entries before number `cursorAt`.
    private Device cursor;
    private int cursorAt;

    Journal(Device base) {
        this.cursor = base;
        checkpoints.put(0, base.copy());
    }

    int size() {
        return start + entries.size();
    }

    void add(JournalEntry entry, IoOperation operation) {
        if (entry.index() != size()) throw new IllegalStateException("entry " + entry.index());
        entries.add(entry);
        operations.add(operation);
    }

    List<IoOperation> operations() {
        return List.copyOf(operations);
    }

    /// The device right after entry `index`; -1 is the beginning. Not to be changed.
    Device after(int index) {
        int target = index + 1;
        if (target < start || target > size()) {
            throw new IllegalArgumentException(
                    "operation " + index + ": the journal holds " + start + " to " + (size() - 1));
        }
        if (target < cursorAt) {
            var checkpoint = checkpoints.floorEntry(target);
            cursor = checkpoint.getValue().copy();
            cursorAt = checkpoint.getKey();
        }
        while (cursorAt < target) {
            cursor.apply(entries.get(cursorAt++ - start));
            if (cursorAt % CHECKPOINT_EVERY == 0 && !checkpoints.containsKey(cursorAt)) {
                checkpoints.put(cursorAt, cursor.copy());
            }
        }
        return cursor;
    }

    /// Forgets the way here; the numbers go on.
    void forget() {
        Device now = after(size() - 1).copy();
        start = size();
        entries.clear();
        operations.clear();
        checkpoints.clear();
        checkpoints.put(start, now);
    }
}
