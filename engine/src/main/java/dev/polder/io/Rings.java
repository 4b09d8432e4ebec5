package dev.polder.io;

import dev.polder.runtime.Mutex;
import dev.polder.runtime.Tasks;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rings of an engine: a bounded number, each made by and for one thread, because the kernel serves a ring
/// best that has a single issuer.
///
///              lend (its thread)                     give back (its thread)
///     idle ───────────────────────▶ lent ─────────────────────────────────▶ idle
///      │ another thread needs the place and it was idle longest,
///      └ or a file is closed that its table knows, by another thread ─▶ disposed; its thread makes a new one
///
/// **Who may do what.** Only its thread submits, waits and registers, while the ring is lent, or under the mutex. Any
/// thread may dispose of an idle ring, under the mutex. A file that is closed must leave every table, or its space
/// would never be free: its own ring's at once, a lent one's when it comes back (it has nothing under way there), and
/// an idle one's by disposing of the ring, since nobody else may change the table.
///
/// A thread that ended leaves an idle ring behind, which is the first to be taken.
final class Rings {
    /// Between two attempts to wait where the kernel refuses to let us.
    private static final long UNHEARD_PAUSE_NANOS = 10_000_000;

    private final Tasks tasks;
    private final Ring.Kernel kernel;
    private final RingBuffers buffers;
    private final int ringsMax;
    private final Mutex mutex;

    // Under the mutex.
    private final List<ThreadRing> rings = new ArrayList<>();
    private long lendings;
    private long made;
    private long refused;
    private int unheard;
    final Polling polling;
    private boolean closed;

    Rings(Tasks tasks, RingBuffers buffers, int ringsMax, Polling polling, Ring.Kernel kernel) {
        this.tasks = tasks;
        this.kernel = kernel;
        this.polling = polling;
        this.ringsMax = ringsMax;
        this.buffers = buffers;
        this.mutex = tasks.mutex("rings");
    }

    /// A batch on a ring of the thread that runs, or `null`: all are lent, or the kernel has no more.
    @Nullable
    RingBatch batchOrNull(int depth) {
        ThreadRing ring = lendOrNull();
        return ring == null ? null : new RingBatch(depth, this, ring);
    }

    private @Nullable ThreadRing lendOrNull() {
        mutex.lock();
        try {
            if (closed) throw new IllegalStateException("the I/O engine is closed");
            ThreadRing chosen = null;
            ThreadRing oldest = null;
            for (int i = 0; i < rings.size(); i++) {
                ThreadRing ring = rings.get(i);
                if (ring.lent) continue;
                if (ring.isOwn()) chosen = ring;
                else if (oldest == null || ring.lentAt < oldest.lentAt) oldest = ring;
            }
            if (chosen == null && rings.size() >= ringsMax) {
                if (oldest == null) return null;
                dispose(oldest);
            }
            if (chosen == null) chosen = madeOrNull();
            if (chosen == null) return null;
            chosen.lent = true;
            chosen.lentAt = ++lendings;
            return chosen;
        } finally {
            mutex.unlock();
        }
    }

    private @Nullable ThreadRing madeOrNull() {
        try {
            ThreadRing ring = new ThreadRing(buffers, kernel);
            rings.add(ring);
            made++;
            return ring;
        } catch (RingRefusedException e) {
            refused++;
            return null;
        }
    }

    /// Nothing is in the kernel any more.
    ///
    /// @param whole `false`: its state is not known, or the kernel refused a call; it is not used again
    void giveBack(ThreadRing ring, boolean whole) {
        mutex.lock();
        try {
            ring.lent = false;
            if (closed || !whole) dispose(ring);
            else ring.forgetClosed();
        } finally {
            mutex.unlock();
        }
    }

    /// By the ring's thread: waits until nothing of it is in the kernel. As for a `pread` there is no bound, not even
    /// where the kernel refuses to let us wait (somebody closed our descriptor, or forbade the call meanwhile): the
    /// memory may be written until then, and whoever gets it next would find bytes there that nobody asked for.
    /// [#describe] tells of those who wait so.
    void settle(Ring ring) {
        if (ring.settle()) return;
        countUnheard(1);
        while (!ring.settle()) tasks.sleep(UNHEARD_PAUSE_NANOS);
        countUnheard(-1);
    }

    private void countUnheard(int change) {
        mutex.lock();
        try {
            unheard += change;
        } finally {
            mutex.unlock();
        }
    }

    /// The file is about to be closed; nobody uses it.
    void forget(PosixFile file) {
        mutex.lock();
        try {
            for (int i = rings.size() - 1; i >= 0; i--) {
                ThreadRing ring = rings.get(i);
                if (!ring.knows(file)) continue;
                if (ring.isOwn()) ring.forget(file);
                else if (ring.lent) ring.forgetLater(file);
                else dispose(ring);
            }
        } finally {
            mutex.unlock();
        }
    }

    /// Rings that nobody uses go; new ones share the buffers.
    void renew() {
        mutex.lock();
        try {
            disposeIdle();
        } finally {
            mutex.unlock();
        }
    }

    void close() {
        mutex.lock();
        try {
            closed = true;
            disposeIdle();
        } finally {
            mutex.unlock();
        }
    }

    private void disposeIdle() {
        for (ThreadRing ring : List.copyOf(rings)) if (!ring.lent) dispose(ring);
    }

    private void dispose(ThreadRing ring) {
        rings.remove(ring);
        ring.dispose();
    }

    int thatKnow(PosixFile file) {
        mutex.lock();
        try {
            return (int) rings.stream().filter(ring -> ring.knows(file)).count();
        } finally {
            mutex.unlock();
        }
    }

    String describe() {
        mutex.lock();
        try {
            return rings.size() + " of " + ringsMax + " rings, " + made + " made, " + refused + " refused, "
                    + (unheard == 0 ? "" : unheard + " whose end the kernel does not tell, ") + polling.describe();
        } finally {
            mutex.unlock();
        }
    }
}
