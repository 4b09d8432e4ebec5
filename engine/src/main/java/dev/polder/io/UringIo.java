package dev.polder.io;

import dev.polder.runtime.Seams;

/// [PosixIo] with batches through io_uring: one call hands many transfers over and waits for some, and completions
/// are read from shared memory without one. One that is alone stays a `pread` or `pwrite` on its platform thread: two
/// hand-offs between threads cost as much as a read.
///
/// **Who waits where.** A platform thread runs its batches on a ring of its own ([Rings]), and waits in the kernel. A
/// virtual thread must not, because its carrier would wait with it: its batches and single reads are handed to a few
/// threads with rings ([IoThreads]) and it parks until they have ended. So are those of whoever does not want to
/// wait.
public final class UringIo extends PosixIo {
    private final Ring holder;
    private final RingBuffers buffers;
    private final Rings rings;
    private final String flags;

    /// Each of its threads can have [ThreadRing#DEPTH_MAX] transfers under way; there are more than one, so that they
    /// share the processor's work.
    private UringIo(Ring holder, Rings rings, RingBuffers buffers, String flags, IoLimits limits) {
        super(new IoThreads(
                TASKS,
                "polder ring",
                limits.threadsWithRingsMax(),
                ThreadRing.DEPTH_MAX,
                limits.queueMax(),
                () -> onRing(rings, ThreadRing.DEPTH_MAX)));
        this.holder = holder;
        this.rings = rings;
        this.buffers = buffers;
        this.flags = flags;
    }

    /// @throws RingRefusedException if the kernel does not give us one, or one that cannot read
    static UringIo open(IoLimits limits) throws RingRefusedException {
        if (!Platform.POSIX || !Platform.LINUX) throw new RingRefusedException("only Linux has io_uring", 0);
        Ring holder = Ring.open(1, 2, false);
        try {
            RingBuffers buffers = new RingBuffers(holder);
            Rings rings = new Rings(TASKS, buffers, limits.ringsMax(), polling(limits), Uring::enter);
            try (RingBatch tried = rings.batchOrNull(1)) {
                if (tried == null) throw new RingRefusedException("a second ring is refused", 0);
                String flags = (tried.bound() ? "single issuer, deferred task work" : "plain rings")
                        + (tried.fixedFiles() ? ", registered files" : ", files not registered");
                return new UringIo(holder, rings, buffers, flags, limits);
            }
        } catch (RingRefusedException e) {
            holder.close();
            throw e;
        }
    }

    /// Of one processor nothing is left for those who would be waited for.
    private static Polling polling(IoLimits limits) {
        boolean alone = Runtime.getRuntime().availableProcessors() == 1;
        return new Polling(Seams.system().clock(), alone ? 0 : limits.pollMicros());
    }

    @Override
    public String name() {
        return "uring";
    }

    @Override
    public String describe() {
        return "uring (" + flags + "; registered buffers: " + buffers.state() + "; " + rings.describe() + "; "
                + describeThreads() + describeBuffered() + ")";
    }

    @Override
    public void register(long address, long bytes) {
        if (buffers.register(address, bytes)) rings.renew();
    }

    @Override
    public IoBatch batch(int depth) {
        if (Thread.currentThread().isVirtual()) return batchElsewhere(depth);
        return onRing(rings, depth);
    }

    private static IoBatch onRing(Rings rings, int depth) {
        IoBatch batch = depth < 1 ? null : rings.batchOrNull(depth);
        return batch != null ? batch : new SerialBatch(depth);
    }

    @Override
    void closing(PosixFile file) {
        rings.forget(file);
    }

    /// For tests.
    int ringsThatKnow(PosixFile file) {
        return rings.thatKnow(file);
    }

    @Override
    public void close() {
        super.close();
        rings.close();
        holder.close();
    }
}
