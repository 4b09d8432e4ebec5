package dev.polder.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which of the coming operations fail, and how.
final class FaultPlan {
    private final List<Rule> rules = new ArrayList<>();
    private final List<WriteAccident> accidents = new ArrayList<>();

    void add(IoKind kind, int n, Repeat repeat, IoFault fault, String fileContains) {
        if (n < 1) throw new IllegalArgumentException("n=" + n + ": the next one is 1");
        rules.add(new Rule(kind, repeat, fault, fileContains, n));
    }

    void add(WriteAccident accident) {
        if (accident.left < 1) throw new IllegalArgumentException("n=" + accident.left + ": the next one is 1");
        accidents.add(accident);
    }

    void clear() {
        rules.clear();
        accidents.clear();
    }

    /// The fault of the operation that happens now, or `null`. Every rule counts it, whoever fires.
    @Nullable
    IoFault next(IoKind kind, Path file) {
        IoFault fault = null;
        for (Iterator<Rule> it = rules.iterator(); it.hasNext(); ) {
            Rule rule = it.next();
            if (!rule.concerns(kind, file) || --rule.left > 0) continue;
            if (fault == null) fault = rule.fault;
            if (rule.repeat == Repeat.ONCE) it.remove();
        }
        return fault;
    }

    @Nullable
    WriteAccident nextAccident() {
        WriteAccident happened = null;
        for (Iterator<WriteAccident> it = accidents.iterator(); it.hasNext(); ) {
            WriteAccident accident = it.next();
            if (--accident.left > 0) continue;
            happened = accident;
            it.remove();
        }
        return happened;
    }

    private static final class Rule {
        private final IoKind kind;
        private final Repeat repeat;
        private final IoFault fault;
        private final String fileContains;
        private int left;

        Rule(IoKind kind, Repeat repeat, IoFault fault, String fileContains, int left) {
            this.kind = kind;
            this.repeat = repeat;
            this.fault = fault;
            this.fileContains = fileContains;
            this.left = left;
        }

        boolean concerns(IoKind other, Path file) {
            return (kind == IoKind.ANY || kind == other) && file.toString().contains(fileContains);
        }
    }

    /// A write that is acknowledged, but does not do what it should.
    static final class WriteAccident {
        private int left;
        /// Where the bytes go instead; -1: nowhere.
        final long otherOffset;

        WriteAccident(int left, long otherOffset) {
            this.left = left;
            this.otherOffset = otherOffset;
        }
    }
}
