package dev.polder.cli.watch;

import dev.polder.cli.CommandFailure;
import dev.polder.errors.NotAStoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Watches a store that some process has open, until it is stopped: draws in place on a terminal, else writes a line a
/// tick, or the whole answer as JSON.
///
/// The first answer is shown when the second comes, because rates need two. Nobody has to have the store open: then it
/// says so and waits.
public final class Watch implements Runnable {
    /// How the numbers are shown.
    public enum Form {
        IN_PLACE,
        LINES,
        JSON
    }

    private static final long LOOK_MILLIS = 20;
    private static final long SILENCE_MILLIS = 3_000;

    private final Path directory;
    private final double seconds;
    private final Form form;
    private final boolean unicode;
    private final Consumer<String> out;
    private final Consumer<String> note;
    private final LiveScreen screen;
    private int left;
    private @Nullable Sample last;
    private boolean silent;
    private volatile boolean stopped;

    /// @param ticks how often to show numbers before it ends by itself
    /// @param out   takes what is shown, with its line ends
    /// @param note  takes a line about it
    public Watch(
            Path directory,
            double seconds,
            int ticks,
            Form form,
            boolean unicode,
            Consumer<String> out,
            Consumer<String> note) {
        this.directory = directory;
        this.seconds = seconds;
        this.form = form;
        this.unicode = unicode;
        this.out = out;
        this.note = note;
        this.screen = new LiveScreen(out);
        this.left = ticks;
    }

    /// For whoever does not expect one to be created soon.
    ///
    /// @throws NotAStoreException if there is no store
    public void requireStore() {
        try (Mailbox mailbox = new Mailbox(directory)) {
            if (!mailbox.holdsStore()) {
                throw new NotAStoreException("not a store: " + directory + " holds no manifest");
            }
        }
    }

    /// @throws CommandFailure if the store must not be watched
    @Override
    public void run() {
        try (Mailbox mailbox = new Mailbox(directory)) {
            Thread cleaner = Thread.ofPlatform().unstarted(mailbox::close); // Ctrl-C ends nothing but the process
            Runtime.getRuntime().addShutdownHook(cleaner);
            try {
                watch(mailbox);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                removeQuietly(cleaner);
            }
        }
    }

    /// From another thread: ends [#run] soon.
    public void stop() {
        stopped = true;
    }

    private void watch(Mailbox mailbox) throws InterruptedException {
        while (left > 0 && !stopped) {
            long start = System.nanoTime();
            if (mailbox.holdsStore()) mailbox.ask(); // into one being created no foreign file is put
            Sample answer = await(mailbox);
            if (answer == null) tellSilence();
            else show(mailbox, answer);
            long millis = (long) (seconds * 1000) - (System.nanoTime() - start) / 1_000_000;
            sleep(millis);
        }
    }

    private @Nullable Sample await(Mailbox mailbox) throws InterruptedException {
        for (long waited = 0; waited < SILENCE_MILLIS && !stopped; waited += LOOK_MILLIS) {
            Sample answer = mailbox.answerOrNull();
            if (answer != null && (last == null || answer.nanos() != last.nanos() || answer.pid() != last.pid())) {
                return answer;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return null;
    }

    private void show(Mailbox mailbox, Sample answer) {
        silent = false;
        Sample before = last;
        last = answer;
        if (form == Form.JSON) out.accept(new String(mailbox.json(), StandardCharsets.UTF_8));
        else if (before == null || !answer.follows(before)) return;
        else if (form == Form.LINES) out.accept(new Dashboard(before, answer, 0).line() + "\n");
        else draw(before, answer);
        left--;
    }

    /// The size is asked for each time: people make terminals larger when something is cut off.
    private void draw(Sample before, Sample answer) {
        TerminalSize size = TerminalSize.now();
        screen.draw(new Dashboard(before, answer, size.columns()).lines(directory.toString(), unicode), size.rows());
    }

    private void tellSilence() {
        if (silent || stopped) return;
        silent = true;
        String waits = "nobody has " + directory + " open for writing, or it is an older version; waiting";
        if (form == Form.IN_PLACE) screen.draw(List.of(waits), Integer.MAX_VALUE);
        else note.accept(waits);
    }

    private void sleep(long millis) throws InterruptedException {
        for (long slept = 0; slept < millis && !stopped; slept += LOOK_MILLIS) Thread.sleep(LOOK_MILLIS);
    }

    private static void removeQuietly(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // it is running: the process ends
        }
    }
}
