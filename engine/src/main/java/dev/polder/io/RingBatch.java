package dev.polder.io;

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
        if (closed || !own.isOwn()) {
            throw new IllegalStateException("this batch is closed, or belongs to another thread");
        }
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
        if (ring.pending() >= SUBMIT_AT) ring.submit();
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
        if (!ring.poll() && !(hurries && foundByPolling())) ring.await();
        return end();
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
        return ring.poll() || ring.pollAsking() ? end() : -1;
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

    /// If the ring itself fails, it is not used again.
    @Override
    public void close() {
        if (closed) return;
        boolean whole = false;
        try {
            drain();
            whole = true;
        } finally {
            closed = true;
            rings.giveBack(own, whole);
        }
    }
}
