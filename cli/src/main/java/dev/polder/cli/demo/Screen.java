package dev.polder.cli.demo;

import dev.polder.cli.Console;
import dev.polder.cli.text.ProgressLine;
import dev.polder.cli.text.Units;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What the demo shows while it runs: a line that is redrawn, with progress, throughput and memory.
///
///     load     ████████████▌              47 %   482 MiB of 1 GiB   88 MiB/s   RSS 138 MiB ▅▅▅▅▅▅▅▅ of 224 MiB allowed
///
/// A thread of its own samples and draws, so that the line keeps moving when a writer waits, and the curve of memory
/// has no gaps. Nobody watching: a plain line every five seconds. A finished step leaves one line either way.
final class Screen implements AutoCloseable {
    private static final int SAMPLE_MILLIS = 200;
    private static final int PLAIN_EVERY_SAMPLES = 25;
    private static final int CURVE_POINTS = 30;
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final String ASCII_BARS = "_.,-=+*#";

    private final Console console;
    private final boolean quiet;
    private final long rssLimitBytes;
    private final RssMeter meter = RssMeter.self();
    private final long[] curve = new long[CURVE_POINTS];
    private final Thread sampler;
    private int points;
    private int samples;
    private boolean drawn;
    private @Nullable Step step;
    private volatile boolean closed;

    /// What is being done. `done` is read by the sampler while the demo moves on.
    private record Step(String name, LongSupplier done, long total, boolean bytes, long startNanos) {}

    /// @param quiet lines about finished steps go to stderr, because stdout is for JSON
    Screen(Console console, boolean quiet, long rssLimitBytes) {
        this.console = console;
        this.quiet = quiet;
        this.rssLimitBytes = rssLimitBytes;
        this.sampler = Thread.ofPlatform().daemon().name("polder-demo-screen").unstarted(this::run);
    }

    void start() {
        sampler.start();
    }

    /// Begins a step measured in bytes.
    void bytes(String name, LongSupplier done, long total) {
        begin(new Step(name, done, total, true, System.nanoTime()));
    }

    /// Begins a step measured in things.
    void things(String name, LongSupplier done, long total) {
        begin(new Step(name, done, total, false, System.nanoTime()));
    }

    private synchronized void begin(Step next) {
        step = next;
    }

    /// Ends the step with a line that stays.
    synchronized void finish(String text) {
        step = null;
        say(text);
    }

    synchronized void say(String text) {
        wipe();
        if (quiet) {
            console.note(text);
        } else {
            console.line(text);
            console.flush();
        }
    }

    /// How long the current step has run.
    synchronized long stepNanos() {
        return step == null ? 0 : System.nanoTime() - step.startNanos;
    }

    private void run() {
        while (!closed) {
            try {
                Thread.sleep(SAMPLE_MILLIS);
            } catch (InterruptedException _) {
                return;
            }
            sample();
        }
    }

    private synchronized void sample() {
        if (closed) return;
        System.arraycopy(curve, 1, curve, 0, CURVE_POINTS - 1);
        curve[CURVE_POINTS - 1] = meter.nowBytes();
        points = Math.min(points + 1, CURVE_POINTS);
        samples++;
        Step now = step;
        if (now == null) return;
        if (console.watched()) {
            console.noteRaw("\r" + line(now) + "\u001b[K");
            drawn = true;
        } else if (samples % PLAIN_EVERY_SAMPLES == 0) {
            console.note("    " + line(now).strip());
        }
    }

    private String line(Step now) {
        long done = now.done.getAsLong();
        long perSecond = (long) (done / Math.max(1e-3, (System.nanoTime() - now.startNanos) / 1e9));
        StringBuilder line = new StringBuilder(160);
        line.append("  ").append(String.format("%-8s", now.name)).append(' ');
        if (now.total == 0) {
            line.append(Units.count(done)).append(' '); // nobody knows how many there will be
        } else {
            double share = Math.clamp((double) done / now.total, 0, 1);
            if (console.watched())
                line.append(ProgressLine.bar(share, 20, console.unicode())).append(' ');
            line.append(String.format("%3d %%  ", (int) (share * 100)));
            line.append(now.bytes ? Units.bytes(perSecond) : Units.count(perSecond))
                    .append("/s  ");
        }
        long rss = curve[CURVE_POINTS - 1];
        if (rss == RssMeter.UNKNOWN) return line.toString();
        line.append("RSS ").append(Units.bytes(rss)).append(' ');
        if (console.watched())
            line.append(curve(console.unicode() ? BARS : ASCII_BARS)).append(' ');
        return line.append("of ").append(Units.bytes(rssLimitBytes)).toString();
    }

    /// Memory over the last seconds, where a full bar is all that is allowed.
    private String curve(String bars) {
        StringBuilder text = new StringBuilder(CURVE_POINTS);
        for (int i = CURVE_POINTS - points; i < CURVE_POINTS; i++) {
            int level = (int) (curve[i] * bars.length() / Math.max(1, rssLimitBytes));
            text.append(bars.charAt(Math.clamp(level, 0, bars.length() - 1)));
        }
        return text.toString();
    }

    private void wipe() {
        if (drawn) console.noteRaw("\r\u001b[K");
        drawn = false;
    }

    @Override
    public void close() {
        closed = true;
        sampler.interrupt();
        synchronized (this) {
            wipe();
        }
    }
}
