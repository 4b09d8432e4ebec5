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
    private final RingBuffers buffers;
    private final int ringsMax;
    private final Mutex mutex;

    // Under the mutex.
    private final List<ThreadRing> rings = new ArrayList<>();
    private long lendings;
    private long made;
    private long refused;
    final Polling polling;
    private boolean closed;

    Rings(Tasks tasks, RingBuffers buffers, int ringsMax, Polling polling) {
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
            ThreadRing ring = new ThreadRing(buffers);
            rings.add(ring);
            made++;
            return ring;
        } catch (RingRefusedException e) {
            refused++;
            return null;
        }
    }

    /// @param whole `false`: its state is not known
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
                    + polling.describe();
        } finally {
            mutex.unlock();
        }
    }
}
