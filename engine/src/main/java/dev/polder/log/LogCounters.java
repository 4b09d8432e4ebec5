package dev.polder.log;

import java.util.concurrent.atomic.AtomicLong;

/// The counters behind [LogMetrics]. Those of the appender have one writer at a time, so they are stored, not added:
/// a store is free, an atomic addition costs 5 ns.
final class LogCounters {
    final AtomicLong groups = new AtomicLong();
    final AtomicLong payloadBytes = new AtomicLong();
    final AtomicLong loggedBytes = new AtomicLong();
    final AtomicLong segmentsInline = new AtomicLong();

    final AtomicLong syncs = new AtomicLong();
    final AtomicLong segmentsMade = new AtomicLong();
    final AtomicLong segmentsRecycled = new AtomicLong();
    final AtomicLong segmentsDeleted = new AtomicLong();

    /// For the appender only.
    static void add(AtomicLong counter, long amount) {
        counter.lazySet(counter.getPlain() + amount);
    }
}
