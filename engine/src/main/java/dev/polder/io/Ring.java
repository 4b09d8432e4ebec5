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
/// What can go wrong with a call is dealt with here and nowhere else. *EINTR*: asked again. *EBUSY* and the
/// overflow flag: the completion queue has no room, the kernel keeps what does not fit and brings it as soon as we
/// have read and ask. *EAGAIN*: the kernel is short of memory for requests; after a completion it may have some.
/// What a transfer itself meets (short, EINTR, EAGAIN, EIO) is its result, and the caller's business.
final class Ring {
    private static final int RETRIES_MAX = 1000;

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
    private long userData;
    private int result;

    private Ring(int fd, boolean bound, long params) throws RingRefusedException {
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
                    return new Ring((int) fd, bound && flags != 0, params);
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

    // ---- Submitting ----

    /// Writes one submission; the kernel learns of it with the next [#submit] or [#await].
    void prepare(int opcode, int file, int flags, long position, long address, int length, int buffer, long userData) {
        if (tail - Memory.getIntAcquire(sqHead) == entries) submit();
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

    /// Hands over what was prepared, without waiting.
    void submit() {
        for (int attempt = 0; pending > 0; attempt++) enter(0, 0, attempt);
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
        enter(0, Uring.ENTER_GETEVENTS, 0);
        return poll();
    }

    /// Takes the next completion; hands over what is pending and waits, in one call, if none is there.
    void await() {
        if (inFlight == 0) throw new IllegalStateException("nothing is under way");
        for (int attempt = 0; !poll(); attempt++) enter(1, Uring.ENTER_GETEVENTS, attempt);
    }

    long userData() {
        return userData;
    }

    /// Bytes, or the negative error number.
    int result() {
        return result;
    }

    private void enter(int complete, int flags, int attempt) {
        if ((Memory.getIntAcquire(sqFlags) & Uring.SQ_CQ_OVERFLOW) != 0) flags |= Uring.ENTER_GETEVENTS;
        long entered = Uring.enter(fd, pending, complete, flags);
        if (entered >= 0) {
            pending -= (int) entered;
            return;
        }
        int errno = (int) -entered;
        if (errno == Errno.EINTR) return;
        boolean busy = errno == Errno.EBUSY || errno == Errno.EAGAIN;
        if (!busy || attempt >= RETRIES_MAX) {
            throw new IllegalStateException(
                    "io_uring_enter failed: errno=" + errno + " pending=" + pending + " inFlight=" + inFlight);
        }
        if (inFlight > pending) Uring.enter(fd, 0, complete, Uring.ENTER_GETEVENTS); // room, or memory, comes with one
    }

    // ---- Registering ----

    /// 0, or the negative error number.
    long register(int what, long argument, int count) {
        return Uring.register(fd, what, argument, count);
    }

    /// The caller has seen to it that nothing is under way.
    void close() {
        Posix.unmap(sqes, (long) entries * Uring.SQE_BYTES);
        Posix.unmap(rings, ringsBytes);
        Posix.close(fd);
    }
}
