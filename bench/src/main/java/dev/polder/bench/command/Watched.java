package dev.polder.bench.command;

import dev.polder.cli.Console;
import dev.polder.cli.watch.Watch;
import java.nio.file.Path;

/// Shows on stderr what the engine that is being measured does, while it is measured; see `polder stats --watch`. It
/// asks the engine for its numbers twice in three seconds, which costs a little.
public final class Watched implements AutoCloseable {
    private static final double SECONDS = 1.5;

    private final Watch watch;
    private final Thread thread;

    Watched(Path store) {
        Console console = Console.system();
        Watch.Form form = console.watched() ? Watch.Form.IN_PLACE : Watch.Form.LINES;
        console.noteRaw("\n");
        watch = new Watch(store, SECONDS, Integer.MAX_VALUE, form, console.unicode(), console::noteRaw, console::note);
        thread = Thread.ofPlatform().daemon().name("polder-bench-watch").start(watch);
    }

    /// Returns when nothing more will be shown.
    @Override
    public void close() {
        watch.stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it shows one sample more at most
        }
    }
}
