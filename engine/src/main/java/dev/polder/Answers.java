package dev.polder;

import dev.polder.io.Notices;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Task;
import dev.polder.store.EngineCore;
import dev.polder.store.StoreCore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Answers other processes that want to know how this engine does: `polder stats DIR --watch`. Nobody else can open a
/// store beside its writer, and only the writer's engine has the numbers.
///
///     somebody puts DIR/WATCH ──▶ this engine takes it away, and writes DIR/METRICS, once ──▶ somebody reads it
///
/// One question, one answer: nothing is written for nobody, and a watcher that was killed leaves nothing running. The
/// answer is JSON, {version, pid, atMillis, nanos, engine, memory, store}: the records of this package, field by field.
/// It is replaced by rename, so that nobody reads half of it, and not synced. Where it cannot be written (a full
/// device) there is no answer, and nothing else happens.
///
/// **Threads.** One task, begun with the first store that is opened for writing, looks twice a second.
final class Answers implements AutoCloseable {
    static final int VERSION = 1;

    private static final long POLL_NANOS = 500_000_000;

    private final EngineCore core;
    private final Mutex mutex;
    private final Gate changed;
    private @Nullable Task task;
    private boolean closed;

    Answers(EngineCore core) {
        this.core = core;
        mutex = core.seams().tasks().mutex("answers");
        changed = mutex.gate();
    }

    /// The whole of an answer; its components are the names in the JSON.
    private record Answer(
            int version,
            long pid,
            long atMillis,
            long nanos,
            EngineMetrics engine,
            MemoryReport memory,
            StoreMetrics store) {}

    /// From now on there may be questions.
    void begin() {
        mutex.lock();
        try {
            if (task == null && !closed) task = core.seams().tasks().spawn("polder-answers", this::run);
        } finally {
            mutex.unlock();
        }
    }

    private void run() {
        while (!awaitClose()) {
            for (StoreCore store : core.stores()) answer(store);
        }
    }

    private boolean awaitClose() {
        mutex.lock();
        try {
            if (!closed) {
                boolean _ = changed.await(POLL_NANOS);
            }
            return closed;
        } finally {
            mutex.unlock();
        }
    }

    private void answer(StoreCore store) {
        Path directory = store.directory();
        if (store.readOnly() || !Notices.take(directory.resolve(Notices.QUESTION))) return;
        try {
            core.retain();
        } catch (IllegalStateException closing) {
            return;
        }
        try {
            boolean _ =
                    Notices.put(directory.resolve(Notices.ANSWER), text(store).getBytes(StandardCharsets.UTF_8));
        } catch (IllegalStateException closing) {
            // the store was closed meanwhile: there is nothing to tell of it
        } finally {
            core.release();
        }
    }

    private String text(StoreCore store) {
        Answer answer = new Answer(
                VERSION,
                ProcessHandle.current().pid(),
                core.seams().clock().epochMillis(),
                core.seams().clock().nanoTime(),
                EngineMetrics.of(core),
                MemoryReport.of(core),
                StoreMetrics.of(store));
        return RecordText.json(answer);
    }

    @Override
    public void close() {
        Task running;
        mutex.lock();
        try {
            closed = true;
            running = task;
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
        if (running != null) running.join();
    }
}
