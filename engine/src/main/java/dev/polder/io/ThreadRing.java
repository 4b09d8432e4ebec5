package dev.polder.io;

import dev.polder.memory.Memory;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The ring of one thread, with what the kernel knows by it: files and buffers. [Rings] says who may do what.
///
/// **Files.** A file that is used for the first time gets the place of its number in the ring's table, if that is
/// empty; the kernel then need not look its descriptor up. Other files go by their descriptor. A place is emptied
/// when the file is closed, because the table alone would keep it open.
final class ThreadRing {
    static final int DEPTH_MAX = 128;
    private static final int FILES = 256;
    private static final int SLOT_IOVECS_BYTES = IoBatch.PARTS_MAX * Uring.IOVEC_BYTES;
    private static final long MEMORY_BYTES = (long) DEPTH_MAX * SLOT_IOVECS_BYTES + 4L * FILES;

    final Ring ring;
    /// Numbers of threads are never given twice.
    private final long thread;
    private final RingBuffers buffers;
    private final boolean fixedBuffers;
    private final boolean fixedFiles;
    private final @Nullable PosixFile[] table = new PosixFile[FILES];
    /// Lists of places for transfers in parts, by slot; then the arguments of calls.
    private final long iovecs;
    private final long argument;

    // For Rings, under its mutex.
    boolean lent;
    long lentAt;
    private final ArrayDeque<PosixFile> closing = new ArrayDeque<>();

    /// For the thread that is running.
    ThreadRing(RingBuffers buffers, Ring.Kernel kernel) throws RingRefusedException {
        this.thread = Thread.currentThread().threadId();
        this.buffers = buffers;
        this.ring = Ring.open(DEPTH_MAX, 2 * DEPTH_MAX, true, kernel);
        long memory = Posix.map(MEMORY_BYTES); // most of it is never touched
        if (memory < 0) {
            ring.close();
            throw new RingRefusedException("mmap", (int) -memory);
        }
        this.iovecs = memory;
        this.argument = memory + (long) DEPTH_MAX * SLOT_IOVECS_BYTES;
        for (int i = 0; i < FILES; i++) Memory.putInt(argument + 4L * i, -1);
        this.fixedFiles = ring.register(Uring.REGISTER_FILES, argument, FILES) >= 0;
        this.fixedBuffers = buffers.shareWith(ring, argument);
    }

    boolean isOwn() {
        return thread == Thread.currentThread().threadId();
    }

    boolean fixedFiles() {
        return fixedFiles;
    }

    // ---- For the thread, while it is lent ----

    int bufferOrNone(long address, int bytes) {
        return fixedBuffers ? buffers.indexOrNone(address, bytes) : -1;
    }

    long iovecs(int slot, IoBatch.Parts several) {
        long base = iovecs + (long) slot * SLOT_IOVECS_BYTES;
        for (int i = 0; i < several.count; i++) {
            Memory.putLong(base + (long) i * Uring.IOVEC_BYTES, several.addresses[several.from + i]);
            Memory.putLong(base + (long) i * Uring.IOVEC_BYTES + 8, several.lengths[several.from + i]);
        }
        return base;
    }

    int placeOrNone(PosixFile file, int descriptor) {
        int place = file.number() & FILES - 1;
        PosixFile there = table[place];
        if (there == file) return place;
        if (there != null || !fixedFiles || !update(place, descriptor)) return -1;
        table[place] = file;
        return place;
    }

    private boolean update(int place, int descriptor) {
        Memory.putInt(argument, place);
        Memory.putInt(argument + 4, 0);
        Memory.putLong(argument + 8, argument + 16);
        Memory.putInt(argument + 16, descriptor);
        return ring.register(Uring.REGISTER_FILES_UPDATE, argument, 1) >= 0;
    }

    // ---- For Rings, under its mutex ----

    boolean knows(PosixFile file) {
        return table[file.number() & FILES - 1] == file;
    }

    /// When it comes back.
    void forgetLater(PosixFile file) {
        closing.add(file);
    }

    /// By its thread.
    void forgetClosed() {
        for (PosixFile file; (file = closing.poll()) != null; ) forget(file);
    }

    /// By its thread.
    void forget(PosixFile file) {
        int place = file.number() & FILES - 1;
        update(place, -1);
        table[place] = null;
    }

    /// By anybody: the kernel empties the table.
    void dispose() {
        ring.close();
        Posix.unmap(iovecs, MEMORY_BYTES);
    }
}
