package dev.polder.io;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;

/// One io_uring: two queues in memory shared with the kernel. Submissions are written, completions read, by plain
/// and ordered access to that memory; the only call is `io_uring_enter`, to hand submissions over and to wait.
///
///     sq   │ head ── not yet taken ──▶ tail │   we write entries, then the tail (release)
///     cq   │ head ── not yet read ───▶ tail │   we read the tail (acquire), then entries; then move the head (release)
///
/// **Always true.** (1) `sqTail − sqHead ≤ entries`. (2) `inFlight` is what was submitted and not read back. (3)
/// At most one thread uses it at a time; with [#bound], always the thread that made it: the kernel refuses the
/// others.
///
/// A submission is at one of three places: *pending*, where only we know of it and may take it back ([#takeBack]);
/// *in the kernel*, where its memory is the device's until its completion was read; or read back. So nothing that
/// goes wrong leaves a doubt about whose memory it is.
///
/// What can go wrong with a call is dealt with here and nowhere else. *EINTR*: asked again. *EBUSY* and the
/// overflow flag: the completion queue has no room, the kernel keeps what does not fit and brings it as soon as we
/// have read and ask. *EAGAIN*: the kernel is short of memory for requests; after a completion it may have some, so
/// what is in the kernel is waited for, and what it will not take while it has nothing of ours goes back to the
/// caller. Nothing is tried again without a wait between. What a transfer itself meets (short, EINTR, EAGAIN, EIO)
/// is its result, and the caller's business.
final class Ring {
    /// [Uring#enter]; a test puts a kernel in its place that is short of memory, or slow.
    interface Kernel {
        /// How many submissions it took, or the negative error number; it has taken none then, nor waited.
        long enter(int fd, int submit, int complete, int flags);
    }

    private final Kernel kernel;
    private final int fd;
    private final boolean bound;
    private final int entries;
    private final long rings;
    private final long ringsBytes;
    private final long sqes;
    private final long sqHead;
    private final long sqTail;
    private final int sqMask;
    private final long sqFlags;
    private final long cqHead;
    private final long cqTail;
    private final int cqMask;
    private final long cqes;

    private int tail;
    private int pending;
    private int inFlight;
    private boolean failed;
    private long userData;
    private int result;

    private Ring(int fd, boolean bound, long params, Kernel kernel) throws RingRefusedException {
        this.kernel = kernel;
        this.fd = fd;
        this.bound = bound;
        this.entries = Memory.getInt(params + Uring.PARAMS_SQ_ENTRIES);
        long sq = params + Uring.PARAMS_SQ;
        long cq = params + Uring.PARAMS_CQ;
        long sqEnd = Memory.getInt(sq + Uring.SQ_ARRAY) + 4L * entries;
        long cqEnd = Memory.getInt(cq + Uring.CQ_CQES)
                + (long) Uring.CQE_BYTES * Memory.getInt(params + Uring.PARAMS_CQ_ENTRIES);
        this.ringsBytes = Math.max(sqEnd, cqEnd);
        this.rings = checked("mmap", Uring.map(fd, ringsBytes, Uring.MAP_RINGS));
        this.sqes = Uring.map(fd, (long) entries * Uring.SQE_BYTES, Uring.MAP_SQES);
        if (sqes < 0) Posix.unmap(rings, ringsBytes);
        checked("mmap", sqes);
        this.sqHead = rings + Memory.getInt(sq + Uring.SQ_HEAD);
        this.sqTail = rings + Memory.getInt(sq + Uring.SQ_TAIL);
        this.sqFlags = rings + Memory.getInt(sq + Uring.SQ_FLAGS);
        this.sqMask = Memory.getInt(rings + Memory.getInt(sq + Uring.SQ_MASK));
        this.cqHead = rings + Memory.getInt(cq + Uring.CQ_HEAD);
        this.cqTail = rings + Memory.getInt(cq + Uring.CQ_TAIL);
        this.cqMask = Memory.getInt(rings + Memory.getInt(cq + Uring.CQ_MASK));
        this.cqes = rings + Memory.getInt(cq + Uring.CQ_CQES);
        long array = rings + Memory.getInt(sq + Uring.SQ_ARRAY);
        for (int i = 0; i < entries; i++) Memory.putInt(array + 4L * i, i); // entry i is always at place i
    }

    /// A ring with the flags the kernel has: those of the first attempt that it does not refuse as unknown.
    ///
    /// @param bound whether it will only be used by the thread that is running: asks for one issuer and deferred
    /// work
    static Ring open(int entries, int completions, boolean bound) throws RingRefusedException {
        return open(entries, completions, bound, Uring::enter);
    }

    static Ring open(int entries, int completions, boolean bound, Kernel kernel) throws RingRefusedException {
        int best = bound ? Uring.SETUP_SINGLE_ISSUER | Uring.SETUP_DEFER_TASKRUN : Uring.SETUP_COOP_TASKRUN;
        long fd = 0;
        try (Arena arena = Arena.ofConfined()) {
            for (int flags : new int[] {best, 0}) {
                long params = arena.allocate(Uring.PARAMS_BYTES, 8).address();
                Memory.putInt(params + Uring.PARAMS_FLAGS, flags | Uring.SETUP_CQSIZE);
                Memory.putInt(params + Uring.PARAMS_CQ_ENTRIES, completions);
                fd = Uring.setup(entries, params);
                if (fd == -Errno.EINVAL) continue; // an older kernel
                checked("io_uring_setup", fd);
                try {
                    int features = Memory.getInt(params + Uring.PARAMS_FEATURES);
                    int needed = Uring.FEATURE_SINGLE_MMAP | Uring.FEATURE_NODROP;
                    if ((features & needed) != needed) throw new RingRefusedException("kernel older than 5.5", 0);
                    return new Ring((int) fd, bound && flags != 0, params, kernel);
                } catch (RingRefusedException e) {
                    Posix.close((int) fd);
                    throw e;
                }
            }
        }
        throw new RingRefusedException("io_uring_setup", (int) -fd);
    }

    private static long checked(String operation, long result) throws RingRefusedException {
        if (result < 0) throw new RingRefusedException(operation, (int) -result);
        return result;
    }

    int descriptor() {
        return fd;
    }

    boolean bound() {
        return bound;
    }

    int inFlight() {
        return inFlight;
    }

    /// Submissions that the kernel has, or has ended: their memory is not ours yet.
    int inKernel() {
        return inFlight - pending;
    }

    /// Whether a call met an error that is not a shortage: it is not known what else would.
    boolean failed() {
        return failed;
    }

    // ---- Submitting ----

    /// Writes one submission; the kernel learns of it with the next [#submit] or [#await]. There is room for as many
    /// as the ring has entries, and for more if it takes those before.
    void prepare(int opcode, int file, int flags, long position, long address, int length, int buffer, long userData) {
        if (tail - Memory.getIntAcquire(sqHead) == entries) submit();
        if (pending == entries) throw new IllegalStateException("the kernel takes none of " + pending);
        long sqe = sqes + (long) (tail & sqMask) * Uring.SQE_BYTES;
        Memory.putLong(sqe, opcode | (long) flags << 8 | (long) file << 32);
        Memory.putLong(sqe + Uring.SQE_POSITION, position);
        Memory.putLong(sqe + Uring.SQE_ADDRESS, address);
        Memory.putLong(sqe + Uring.SQE_LENGTH, length & 0xFFFFFFFFL);
        Memory.putLong(sqe + Uring.SQE_USER_DATA, userData);
        Memory.putLong(sqe + Uring.SQE_BUFFER, buffer);
        Memory.putLong(sqe + Uring.SQE_BUFFER + 8, 0);
        Memory.putLong(sqe + Uring.SQE_BUFFER + 16, 0);
        tail++;
        pending++;
        inFlight++;
        Memory.putIntRelease(sqTail, tail);
    }

    /// How many were prepared and not handed over.
    int pending() {
        return pending;
    }

    /// Hands over what was prepared, as much as the kernel takes now, without waiting; the rest stays pending.
    void submit() {
        while (pending > 0) {
            int before = pending;
            int errno = enter(pending, 0, 0);
            if (errno != Errno.EINTR && pending == before) return;
        }
    }

    /// Takes the last pending submission back, which the kernel has not seen: it reads the tail during calls only.
    /// Returns its user data.
    long takeBack() {
        if (pending == 0) throw new IllegalStateException("nothing is pending");
        tail--;
        pending--;
        inFlight--;
        Memory.putIntRelease(sqTail, tail);
        return Memory.getLong(sqes + (long) (tail & sqMask) * Uring.SQE_BYTES + Uring.SQE_USER_DATA);
    }

    // ---- Completions ----

    /// Takes the next completion if one is there, without a call; [#userData] and [#result] then tell of it.
    boolean poll() {
        int head = Memory.getInt(cqHead);
        if (head == Memory.getIntAcquire(cqTail)) return false;
        long cqe = cqes + (long) (head & cqMask) * Uring.CQE_BYTES;
        userData = Memory.getLong(cqe + Uring.CQE_USER_DATA);
        result = Memory.getInt(cqe + Uring.CQE_RESULT);
        Memory.putIntRelease(cqHead, head + 1);
        inFlight--;
        return true;
    }

    /// Takes what has ended, even if the kernel has to be asked to bring it; without waiting.
    boolean pollAsking() {
        if (poll()) return true;
        enter(pending, 0, Uring.ENTER_GETEVENTS);
        return poll();
    }

    /// Takes the next completion; hands over what is pending and waits, in one call, if none is there.
    ///
    /// @return 0; or the error number for which there is none to be had: nothing is [#inKernel], or it refuses to
    /// let us wait
    int await() {
        if (inFlight == 0) throw new IllegalStateException("nothing is under way");
        while (!poll()) {
            int errno = enter(pending, 1, Uring.ENTER_GETEVENTS);
            if (errno == 0 || errno == Errno.EINTR) continue;
            if (inKernel() > 0 && pending > 0) errno = enter(0, 1, Uring.ENTER_GETEVENTS); // it did not wait
            if (inKernel() == 0 || (errno != 0 && errno != Errno.EINTR)) return errno;
        }
        return 0;
    }

    /// Takes and forgets what is in the kernel, waiting for it. `false` if the kernel refuses to let us wait.
    boolean settle() {
        while (inKernel() > 0) {
            if (poll()) continue;
            int errno = enter(0, 1, Uring.ENTER_GETEVENTS);
            if (errno != 0 && errno != Errno.EINTR) return false;
        }
        return true;
    }

    long userData() {
        return userData;
    }

    /// Bytes, or the negative error number.
    int result() {
        return result;
    }

    /// 0, or the error number.
    private int enter(int submit, int complete, int flags) {
        if ((Memory.getIntAcquire(sqFlags) & Uring.SQ_CQ_OVERFLOW) != 0) flags |= Uring.ENTER_GETEVENTS;
        long entered = kernel.enter(fd, submit, complete, flags);
        if (entered >= 0) {
            pending -= (int) entered;
            return 0;
        }
        int errno = (int) -entered;
        failed |= errno != Errno.EINTR && errno != Errno.EAGAIN && errno != Errno.EBUSY;
        return errno;
    }

    // ---- Registering ----

    /// 0, or the negative error number.
    long register(int what, long argument, int count) {
        return Uring.register(fd, what, argument, count);
    }

    /// Nothing is in the kernel: it would go on with what is when the ring is gone, and nobody could tell until when.
    void close() {
        if (inKernel() > 0) throw new IllegalStateException(inKernel() + " transfers are under way");
        Posix.unmap(sqes, (long) entries * Uring.SQE_BYTES);
        Posix.unmap(rings, ringsBytes);
        Posix.close(fd);
    }
}
