package dev.polder.cli.watch;

import dev.polder.EngineMetrics;
import dev.polder.MemoryReport;
import dev.polder.StoreMetrics;
import dev.polder.cli.text.Printable;
import dev.polder.cli.text.ProgressLine;
import dev.polder.cli.text.Units;
import dev.polder.metrics.FrameMetrics;
import dev.polder.metrics.LaneMetrics;
import dev.polder.metrics.OpenUse;
import dev.polder.metrics.OperationMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Two samples as text: rates are what happened between them, latencies and maxima count since the engine was opened,
/// everything else is now.
///
///     data  process 4711, over 1.0 s
///     pool        12,345 hits/s   1,234 misses/s   90.9 % hit   345 evictions/s   0 without a frame/s
///     …
final class Dashboard {
    private static final int SPACES_MAX = 4;
    private static final int BAR_CELLS = 24;
    private static final int WIDE = 100;

    private final Sample before;
    private final Sample now;
    private final double seconds;
    private final int columns;

    /// @param columns of the terminal: what does not fit is continued on the next line
    Dashboard(Sample before, Sample now, int columns) {
        this.before = before;
        this.now = now;
        this.columns = columns;
        seconds = Math.max(1e-3, (now.nanos() - before.nanos()) / 1e9);
    }

    // ---- for people ----

    List<String> lines(String title, boolean unicode) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT, "%s  process %d, over %.1f s", Printable.escaped(title), now.pid(), seconds));
        pool(lines);
        disk(lines);
        memory(lines, unicode);
        store(lines);
        for (OpenUse use : now.engine().outlived())
            add(
                    lines,
                    "left open?",
                    use.what() + ": " + Units.count(use.count()),
                    "the oldest for " + Units.seconds(use.nanos()));
        return lines;
    }

    private void pool(List<String> lines) {
        EngineMetrics a = before.engine();
        EngineMetrics b = now.engine();
        add(
                lines,
                "pool",
                perSecond(a.poolHits(), b.poolHits()) + " hits/s",
                perSecond(a.poolMisses(), b.poolMisses()) + " misses/s",
                hitRate() + " hit",
                perSecond(a.poolEvictions(), b.poolEvictions()) + " evictions/s, p99 "
                        + Units.latency(b.poolEvictionTimes().p99()),
                perSecond(a.poolFailedEvictions(), b.poolFailedEvictions()) + " without a frame/s");
        add(
                lines,
                "pressure",
                String.format(Locale.ROOT, "%.0f %% of new blocks push one out", 100 * b.poolPressure()),
                "which had stayed " + Units.latency(b.poolEvictedAge()));
        for (FrameMetrics frames : b.poolClasses()) {
            if (frames.frames() == 0) continue;
            add(
                    lines,
                    "",
                    Units.bytes(frames.frameBytes()) + ": " + Units.count(frames.frames(), "frame"),
                    Units.count(frames.used()) + " used",
                    Units.count(frames.free()) + " free",
                    Units.count(frames.pinned()) + " pinned",
                    hitRate(earlier(frames), frames) + " hit",
                    String.format(Locale.ROOT, "%.0f %% pressure", 100 * frames.pressure()));
        }
        if (b.warmKept() > 0) {
            add(
                    lines,
                    "warm",
                    perSecond(a.warmHits(), b.warmHits()) + " hits/s",
                    perSecond(a.warmKept(), b.warmKept()) + " kept/s",
                    Units.count(b.warmImages(), "image"),
                    Units.bytes(b.warmImageBytes()) + " for " + Units.bytes(b.warmRawBytes()));
        }
        add(
                lines,
                "read ahead",
                perSecond(a.blocksAhead(), b.blocksAhead()) + " blocks/s",
                perSecond(a.usedAhead(), b.usedAhead()) + " useful/s",
                perSecond(a.wastedAhead(), b.wastedAhead()) + " wasted/s",
                "window " + b.aheadWindow(),
                perSecond(a.bypasses(), b.bypasses()) + " copies/s",
                perSecond(a.joinedReads(), b.joinedReads()) + " joined/s");
    }

    /// Frames of the same size before; those that were not there before count from now.
    private FrameMetrics earlier(FrameMetrics frames) {
        return before.engine().poolClasses().stream()
                .filter(one -> one.frameBytes() == frames.frameBytes())
                .findFirst()
                .orElse(frames);
    }

    private void disk(List<String> lines) {
        String row = "%-16s %8s %9s %7s %6s %6s %6s %6s %6s";
        lines.add(String.format(
                Locale.ROOT, row, "disk", "per s", "bytes/s", "depth", "wait/s", "p50", "p99", "p99.9", "max"));
        for (LaneMetrics lane : now.engine().disk().lanes()) {
            LaneMetrics earlier = earlier(lane.lane());
            for (Kind kind : Kind.values()) {
                OperationMetrics done = kind.of(lane);
                if (done.count() == 0) continue;
                OperationMetrics was = kind.of(earlier);
                lines.add(String.format(
                                Locale.ROOT,
                                row,
                                lane.lane() + " " + kind.word,
                                rate(done.count() - was.count()),
                                done.bytes() == 0 ? "" : Units.bytes((long) ((done.bytes() - was.bytes()) / seconds)),
                                lane.inFlightNow() + "/" + lane.inFlightMax(),
                                rate(lane.waited() - earlier.waited()),
                                Units.latency(done.device().p50()),
                                Units.latency(done.device().p99()),
                                Units.latency(done.device().p999()),
                                Units.latency(done.device().max()))
                        .stripTrailing());
            }
        }
    }

    private enum Kind {
        READ("read"),
        WRITE("write"),
        SYNC("sync");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        OperationMetrics of(LaneMetrics lane) {
            return switch (this) {
                case READ -> lane.read();
                case WRITE -> lane.write();
                case SYNC -> lane.sync();
            };
        }
    }

    /// A lane that was not there before counts from its own beginning: its rate shows as nothing, once.
    private LaneMetrics earlier(String lane) {
        List<LaneMetrics> lanes = before.engine().disk().lanes();
        return lanes.stream()
                .filter(one -> one.lane().equals(lane))
                .findFirst()
                .orElseGet(() -> now.engine().disk().lane(lane));
    }

    private void memory(List<String> lines, boolean unicode) {
        MemoryReport memory = now.memory();
        double share = (double) memory.usedBytes() / Math.max(1, memory.budgetBytes());
        Stream<String> owners = memory.owners().stream()
                .filter(owner -> owner.leasedBytes() > 0)
                .map(owner -> owner.owner() + " " + Units.bytes(owner.leasedBytes()));
        Stream<String> tables = Stream.of("tables " + Units.bytes(memory.metadataBytes()));
        add(
                lines,
                "memory",
                ProgressLine.bar(Math.clamp(share, 0, 1), BAR_CELLS, unicode).strip() + " "
                        + Units.bytes(memory.usedBytes()) + " of " + Units.bytes(memory.budgetBytes()));
        add(lines, "", Stream.concat(owners, tables).toArray(String[]::new));
    }

    private void store(List<String> lines) {
        StoreMetrics a = before.store();
        StoreMetrics b = now.store();
        add(
                lines,
                "writes",
                perSecond(a.visibleSequence(), b.visibleSequence()) + "/s",
                Units.bytes(b.unmergedBytes()) + " unmerged in " + Units.count(b.generations(), "generation"),
                "log " + Units.bytes(b.logBytes()));
        add(
                lines,
                "merging",
                bytesPerSecond(a.mergedBytes(), b.mergedBytes()) + " merged",
                bytesPerSecond(a.compactionBytesOut(), b.compactionBytesOut()) + " compacted",
                Units.bytes(b.compactionDebtBytes()) + " waiting");
        add(
                lines,
                "stalls",
                perSecond(a.stalls(), b.stalls()) + "/s",
                Units.count(b.stalls()) + " in all",
                "longest " + Units.latency(b.stallNanosMax()),
                "slowed " + percent(b.throttledNanos() - a.throttledNanos(), (long) (seconds * 1e9)));
        List<StoreMetrics.SpaceLine> largest = b.spaces().stream()
                .sorted((x, y) -> Long.compare(y.bytes(), x.bytes()))
                .limit(SPACES_MAX)
                .toList();
        String name = "levels";
        for (StoreMetrics.SpaceLine space : largest) {
            add(
                    lines,
                    name,
                    Printable.escaped(space.name()) + ": " + runs(space) + " runs, " + Units.bytes(space.bytes()));
            name = "";
        }
        int others = b.spaces().size() - largest.size();
        if (others > 0) add(lines, "", "and " + Units.count(others, "smaller space"));
    }

    private static String runs(StoreMetrics.SpaceLine space) {
        return space.levels().stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    // ---- for logs and scripts ----

    /// Everything that matters in one line of `name=value`.
    String line() {
        EngineMetrics a = before.engine();
        EngineMetrics b = now.engine();
        List<LaneMetrics> lanes = b.disk().lanes();
        long reads = 0;
        long writes = 0;
        long readBytes = 0;
        long writtenBytes = 0;
        for (LaneMetrics lane : lanes) {
            LaneMetrics earlier = earlier(lane.lane());
            reads += lane.reads() - earlier.reads();
            writes += lane.writes() - earlier.writes();
            readBytes += lane.bytesRead() - earlier.bytesRead();
            writtenBytes += lane.bytesWritten() - earlier.bytesWritten();
        }
        StoreMetrics store = now.store();
        return String.join(
                " ",
                "hits/s=" + perSecond(b.poolHits() - a.poolHits()),
                "misses/s=" + perSecond(b.poolMisses() - a.poolMisses()),
                "hitRate=" + hitRate().replace(" ", ""),
                "reads/s=" + perSecond(reads),
                "writes/s=" + perSecond(writes),
                "readBytes/s=" + perSecond(readBytes),
                "writtenBytes/s=" + perSecond(writtenBytes),
                "inFlight=" + lanes.stream().mapToInt(LaneMetrics::inFlightNow).sum(),
                "readP99Micros=" + worst(lanes, Kind.READ),
                "writeP99Micros=" + worst(lanes, Kind.WRITE),
                "syncP99Micros=" + worst(lanes, Kind.SYNC),
                "puts/s=" + perSecond(store.visibleSequence() - before.store().visibleSequence()),
                "generations=" + store.generations(),
                "unmergedBytes=" + store.unmergedBytes(),
                "debtBytes=" + store.compactionDebtBytes(),
                "stalls=" + (store.stalls() - before.store().stalls()),
                "memoryBytes=" + now.memory().usedBytes());
    }

    private static long worst(List<LaneMetrics> lanes, Kind kind) {
        return lanes.stream()
                        .mapToLong(lane -> kind.of(lane).device().p99())
                        .max()
                        .orElse(0)
                / 1000;
    }

    // ---- numbers ----

    private String hitRate() {
        EngineMetrics a = before.engine();
        EngineMetrics b = now.engine();
        return hitRate(b.poolHits() - a.poolHits(), b.poolMisses() - a.poolMisses());
    }

    private static String hitRate(FrameMetrics was, FrameMetrics is) {
        return hitRate(is.hits() - was.hits(), is.misses() - was.misses());
    }

    private static String hitRate(long hits, long misses) {
        return hits + misses == 0 ? "-" : percent(hits, hits + misses);
    }

    private static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / Math.max(1, whole));
    }

    private String perSecond(long was, long is) {
        return rate(is - was);
    }

    private String rate(long count) {
        return Units.count(perSecond(count));
    }

    private long perSecond(long count) {
        return Math.round(Math.max(0, count) / seconds);
    }

    private String bytesPerSecond(long was, long is) {
        return Units.bytes(perSecond(is - was)) + "/s";
    }

    /// A name and what is to be said of it, on as many lines as it takes.
    private void add(List<String> lines, String name, String... parts) {
        String begin = "%-12s".formatted(name);
        StringBuilder line = new StringBuilder(begin);
        String gap = " ";
        for (String part : parts) {
            if (line.length() + gap.length() + part.length() >= columns && line.length() > begin.length()) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(begin.length()));
                gap = " ";
            }
            line.append(gap).append(part);
            gap = columns < WIDE ? "  " : "   ";
        }
        lines.add(line.toString().stripTrailing());
    }
}
