package dev.polder.io;

import dev.polder.errors.PolderException;
import java.nio.file.Path;

/// A batch on the ring of the thread that runs it.
final class RingBatch extends IoBatch {
    /// The kernel passes on what it was handed at the end of each call: a device waits less when there are
    /// several. At 32 in flight one call for each read or each eighth reached 55 k reads a second at best, all in
    /// one 46 k.
    private static final int SUBMIT_AT = 8;

    private final Rings rings;
    private final ThreadRing own;
    private final Ring ring;
    private boolean closed;
    private boolean hurries;

    /// @param own lent until this is closed
    RingBatch(int depth, Rings rings, ThreadRing own) {
        super(Math.min(depth, ThreadRing.DEPTH_MAX));
        this.rings = rings;
        this.own = own;
        this.ring = own.ring;
    }

    boolean bound() {
        return ring.bound();
    }

    boolean fixedFiles() {
        return own.fixedFiles();
    }

    @Override
    void start(int slot) {
        if (closed || !own.isOwn()) throw misused();
        if (!(file(slot) instanceof PosixFile file)) {
            throw new IllegalArgumentException("not a file of this engine: " + file(slot));
        }
        boolean write = writes[slot];
        int descriptor = write ? file.descriptorForWriting() : file.descriptor();
        int place = own.placeOrNone(file, descriptor);
        int target = place < 0 ? descriptor : place;
        int flags = place < 0 ? 0 : Uring.SQE_FIXED_FILE;
        long position = positions[slot];
        Parts several = parts[slot];
        if (several != null) {
            int opcode = write ? Uring.OP_WRITEV : Uring.OP_READV;
            ring.prepare(opcode, target, flags, position, own.iovecs(slot, several), several.count, 0, slot);
        } else {
            prepare(slot, write, target, flags, position);
        }
    }

    @Override
    void started() {
        if (ring.pending() >= SUBMIT_AT) ring.submit();
    }

    private static IllegalStateException misused() {
        return new IllegalStateException("this batch is closed, or belongs to another thread");
    }

    private void prepare(int slot, boolean write, int target, int flags, long position) {
        long address = addresses[slot];
        int bytes = lengths[slot];
        int buffer = own.bufferOrNone(address, bytes);
        int opcode = buffer < 0
                ? write ? Uring.OP_WRITE : Uring.OP_READ
                : write ? Uring.OP_WRITE_FIXED : Uring.OP_READ_FIXED;
        ring.prepare(opcode, target, flags, position, address, bytes, Math.max(buffer, 0), slot);
    }

    @Override
    public void hurry() {
        hurries = true;
    }

    @Override
    public void submit() {
        ring.submit();
    }

    @Override
    int await() {
        if (ring.poll() || (hurries && foundByPolling())) return end();
        int errno = ring.await();
        if (errno == 0) return end();
        if (ring.inKernel() == 0) return performTakenBack();
        throw Errno.failure("io_uring_enter", path(), errno, 0);
    }

    /// One that the kernel does not take, though it has nothing of this ring to end first, is done here and now.
    private int performTakenBack() {
        int slot = (int) ring.takeBack();
        perform(slot);
        noticeEnd(slot);
        return slot;
    }

    /// Of a transfer that is under way.
    private Path path() {
        for (IoFile file : files) if (file instanceof PosixFile one) return one.path();
        throw new IllegalStateException("nothing is under way");
    }

    private boolean foundByPolling() {
        Polling polling = rings.polling;
        if (!polling.begin(underWay())) return false;
        boolean found = false;
        try {
            ring.submit();
            do found = ring.pollAsking();
            while (!found && polling.goOn());
        } finally {
            polling.end(found);
        }
        return found;
    }

    @Override
    int endedOrNone() {
        if (ring.poll() || ring.pollAsking()) return end();
        return ring.inKernel() == 0 ? performTakenBack() : -1;
    }

    private int end() {
        int slot = (int) ring.userData();
        int result = ring.result();
        if (result >= 0) {
            succeed(slot, result);
        } else if (result == -Errno.EINVAL || result == -Errno.EOPNOTSUPP) {
            perform(slot); // this file system has something against rings, or direct I/O: the file knows what to do
        } else {
            String operation = writes[slot] ? "write" : "read";
            fail(slot, Errno.failure(operation, ((PosixFile) file(slot)).path(), -result, lengths[slot]));
        }
        noticeEnd(slot);
        return slot;
    }

    /// If the ring itself fails, it is not used again; but only after the kernel has ended what it has of it.
    @Override
    public void close() {
        if (closed) return;
        if (underWay() > 0 && !own.isOwn()) throw misused(); // the kernel lets only its thread wait
        boolean drained = false;
        try {
            drain();
            drained = true;
        } catch (PolderException e) {
            // Of the wait, not of a transfer. What is dropped here is nobody's business, once it has ended.
        } finally {
            closed = true;
            rings.settle(ring);
            rings.giveBack(own, drained && !ring.failed());
        }
    }
}
