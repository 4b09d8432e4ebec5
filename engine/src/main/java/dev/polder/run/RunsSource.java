package dev.polder.run;

import dev.polder.block.BlockKeeper;
import dev.polder.block.Codecs;
import dev.polder.disk.Lane;
import dev.polder.disk.StretchesAhead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Disjoint runs of one level, one after the other, through one scanner's memory, read ahead if it is large enough.
/// [#close] it before the memory is used for anything else.
public final class RunsSource implements EntrySource, AutoCloseable {
    private final List<Run> runs;
    private final long memory;
    private final int memoryBytes;
    private final Codecs codecs;
    private final Lane lane;
    private int run;
    private @Nullable RunScanner scanner;
    private final @Nullable StretchesAhead ahead;
    private @Nullable BlockKeeper keeper;

    /// @param runs        in order of their keys, none overlapping another
    /// @param memory      as for a [RunScanner]
    /// @param memoryBytes as for a [RunScanner]
    public RunsSource(List<Run> runs, long memory, int memoryBytes, Codecs codecs, Lane lane) {
        this.runs = List.copyOf(runs);
        this.memory = memory;
        this.memoryBytes = memoryBytes;
        this.codecs = codecs;
        this.lane = lane;
        ahead = RunScanner.ahead(memory, memoryBytes, lane);
    }

    /// From now on [#former] is known.
    public RunsSource keeping(BlockKeeper blocks) {
        keeper = blocks;
        return this;
    }

    @Override
    public boolean next() {
        while (scanner == null || !scanner.next()) {
            if (run == runs.size()) return false;
            scanner = new RunScanner(runs.get(run++), memory, memoryBytes, codecs, lane);
            scanner.keeping(keeper);
            if (ahead != null) scanner.readAhead(ahead);
        }
        return true;
    }

    private RunScanner current() {
        RunScanner now = scanner;
        if (now == null) throw new IllegalStateException("no entry: call next() first");
        return now;
    }

    @Override
    public long key() {
        return current().key();
    }

    @Override
    public int keyBytes() {
        return current().keyBytes();
    }

    @Override
    public long sequence() {
        return current().sequence();
    }

    @Override
    public boolean isDelete() {
        return current().isDelete();
    }

    @Override
    public int valueBytes() {
        return current().valueBytes();
    }

    @Override
    public long former() {
        return current().former();
    }

    @Override
    public long value() {
        return current().value();
    }

    @Override
    public void copyValue(int from, long to, int bytes) {
        current().copyValue(from, to, bytes);
    }

    /// Waits for what is being read: afterwards nobody looks at the memory.
    @Override
    public void close() {
        if (ahead != null) ahead.close();
    }
}
