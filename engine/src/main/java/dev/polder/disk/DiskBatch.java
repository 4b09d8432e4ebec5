package dev.polder.disk;

import dev.polder.errors.BackpressureException;
import dev.polder.errors.FileAccessException;
import dev.polder.events.DeviceRead;
import dev.polder.events.DeviceWrite;
import dev.polder.events.Events;
import dev.polder.io.Errno;
import dev.polder.io.IoBatch;
import dev.polder.io.IoFile;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Many transfers at once, on one lane: for look-ups of many blocks, read-ahead, scans of several files, and writing
/// behind.
///
///     read, write ──▶ [ added ] ──sort, merge neighbours──▶ [ waiting ]
///                                                               │ room in the lane
///                                          next ◀── [ ended ] ◀── IoBatch
///
/// A request is a read or a write of one stretch of one file, with a number; numbers are given again once their
/// result was taken. Requests of a kind that touch each other in their file go out as one transfer of at most 1 MiB,
/// wherever they are in memory. Transfers have no order: nobody asks for a stretch that overlaps a write under way.
///
/// **Always true.** (1) A transfer under way holds one place of its lane, and holds its file open; the place is free
/// as soon as the transfer has ended, the file when its requests were handed out. (2) Nobody waits for a place of the
/// lane while the device owes him something: only [#next] waits, and only with nothing of its own under way. So
/// batches cannot wait for each other in a circle, and one whose owner does not come back holds up nobody, if its
/// transfers are done by the engine's threads ([Disk#batchElsewhere]). (3) A request is whole, or ends where the file
/// ends, or has failed. What a merged read met is found out for each of its requests. A write that failed is never
/// repeated: it poisons its file as [DiskFile#write] does, and fails all requests it was for; so does one whose end
/// could not be learnt, whatever the cause. Whatever is left over from a short or disturbed transfer is moved by the
/// one loop of [DiskFile], on the thread that asks for the result.
///
/// **Threads.** As its [IoBatch]: one at a time. Close it before its files' memory is used for something else.
public final class DiskBatch implements AutoCloseable {
    public static final int REQUESTS_MAX = 256;
    public static final int MERGED_BYTES_MAX = 1 << 20;

    private final LaneGate gate;
    private final IoBatch io;

    // Requests, by number.
    private final @Nullable DiskFile[] files;
    private final long[] positions;
    private final long[] addresses;
    private final int[] lengths;
    private final boolean[] writes;
    private final int[] results;
    private final @Nullable RuntimeException[] failures;
    private final int[] free;
    private int frees;

    private final int[] added;
    private int adds;
    private final ArrayDeque<Transfer> waiting = new ArrayDeque<>();
    private final @Nullable Transfer[] underWay;
    private final int[] slots;
    private int freeSlots;
    private final ArrayDeque<Integer> ended = new ArrayDeque<>();
    private boolean closed;

    DiskBatch(LaneGate gate, IoBatch io, int requestsMax) {
        this.gate = gate;
        this.io = io;
        files = new DiskFile[requestsMax];
        positions = new long[requestsMax];
        addresses = new long[requestsMax];
        lengths = new int[requestsMax];
        writes = new boolean[requestsMax];
        results = new int[requestsMax];
        failures = new RuntimeException[requestsMax];
        free = descending(requestsMax);
        frees = requestsMax;
        added = new int[requestsMax];
        underWay = new Transfer[io.depth()];
        slots = descending(io.depth());
        freeSlots = io.depth();
        io.whenEnded(slot -> Objects.requireNonNull(underWay[slot]).leave());
    }

    static void checkRequests(int requestsMax) {
        if (requestsMax < 1 || requestsMax > REQUESTS_MAX) {
            throw new IllegalArgumentException("requestsMax=" + requestsMax + ": use 1 to " + REQUESTS_MAX);
        }
    }

    private static int[] descending(int count) {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) numbers[i] = count - 1 - i;
        return numbers;
    }

    /// As [IoBatch#overlaps].
    public boolean overlaps() {
        return io.overlaps();
    }

    /// How many more requests there is room for.
    public int room() {
        return frees;
    }

    /// Asks for a read, and gives the request's number. It starts with the next call of [#submit], [#poll] or
    /// [#next].
    ///
    /// @throws IllegalStateException if there is no [#room]
    public int read(DiskFile file, long position, long address, int bytes) {
        return add(false, file, position, address, bytes);
    }

    /// Asks for a write, in the same way.
    public int write(DiskFile file, long position, long address, int bytes) {
        return add(true, file, position, address, bytes);
    }

    private int add(boolean write, DiskFile file, long position, long address, int bytes) {
        if (closed || frees == 0) throw new IllegalStateException(closed ? "closed" : "no room for another request");
        int alignment = file.alignment();
        if (position < 0 || bytes < 0 || ((position | address | bytes) & (alignment - 1)) != 0) {
            throw new IllegalArgumentException("position=" + position + " address=" + address + " bytes=" + bytes
                    + ": use multiples of " + alignment);
        }
        int request = free[--frees];
        writes[request] = write;
        files[request] = file;
        positions[request] = position;
        addresses[request] = address;
        lengths[request] = bytes;
        added[adds++] = request;
        return request;
    }

    /// Starts what there is room for. Never waits.
    public void submit() {
        plan();
        while (startOne(false)) {}
        io.submit();
    }

    /// The number of a request that has ended; waits for one. −1 if none is left.
    public int next() {
        while (ended.isEmpty()) {
            plan();
            while (startOne(false)) {}
            if (io.underWay() == 0 && !startOne(true)) {
                if (ended.isEmpty()) return -1;
                break;
            }
            int slot = io.next();
            if (slot >= 0) collect(slot);
        }
        return ended.removeFirst();
    }

    /// The number of a request that has ended, or −1 if none has. Never waits for the device.
    public int poll() {
        submit();
        for (int slot; ended.isEmpty() && (slot = io.poll()) >= 0; ) collect(slot);
        return ended.isEmpty() ? -1 : ended.removeFirst();
    }

    /// How many bytes a request moved, fewer than asked only at the end of a file that is read; once, its number is
    /// then free.
    ///
    /// @throws dev.polder.errors.PolderException what it failed with
    public int result(int request) {
        if (files[request] == null) throw new IllegalStateException("request " + request + " is not there");
        RuntimeException failure = failures[request];
        files[request] = null;
        failures[request] = null;
        free[frees++] = request;
        if (failure != null) throw failure;
        return results[request];
    }

    // ---- From requests to transfers ----

    /// One stretch of one file, for requests that touch each other.
    private static final class Transfer {
        private final Operation operation;
        private final DiskFile file;
        private final int[] requests;
        private final long position;
        private final String lane;
        private final int bytes;
        private @Nullable DeviceRead readEvent;
        private @Nullable DeviceWrite writeEvent;
        private final AtomicBoolean inLane = new AtomicBoolean();
        private LaneGate.@Nullable Turn turn;
        private @Nullable IoFile handle;

        Transfer(Operation operation, DiskFile file, int[] requests, long position, int bytes, String lane) {
            this.operation = operation;
            this.file = file;
            this.requests = requests;
            this.position = position;
            this.lane = lane;
            this.bytes = bytes;
        }

        boolean isWrite() {
            return operation == Operation.WRITE;
        }

        void enter(LaneGate.Turn itsTurn) {
            turn = itsTurn;
            if (isWrite()) writeEvent = Events.deviceWrite();
            else readEvent = Events.deviceRead();
            inLane.set(true);
        }

        /// Once, by whoever notices first that it has ended.
        void leave() {
            if (!inLane.compareAndSet(true, false)) return;
            Objects.requireNonNull(turn).leave();
            DeviceRead read = readEvent;
            if (read != null) read.end(file.path().toString(), position, bytes, requests.length, lane);
            DeviceWrite write = writeEvent;
            if (write != null) write.end(file.path().toString(), position, bytes, lane);
        }
    }

    private void plan() {
        if (adds == 0) return;
        sortAdded();
        for (int from = 0, to; from < adds; from = to) {
            int bytes = lengths[added[from]];
            for (to = from + 1; to < adds && to - from < IoBatch.PARTS_MAX; to++) {
                if (!touch(added[to - 1], added[to]) || bytes + lengths[added[to]] > MERGED_BYTES_MAX) break;
                bytes += lengths[added[to]];
            }
            int[] requests = java.util.Arrays.copyOfRange(added, from, to);
            gate.merged.add(requests.length - 1L);
            int first = requests[0];
            Operation operation = writes[first] ? Operation.WRITE : Operation.READ;
            waiting.addLast(new Transfer(operation, file(first), requests, positions[first], bytes, gate.label()));
        }
        adds = 0;
    }

    private boolean touch(int before, int after) {
        return file(before).openNumber() == file(after).openNumber()
                && writes[before] == writes[after]
                && positions[before] + lengths[before] == positions[after]
                && lengths[after] > 0;
    }

    /// By file, kind and position; insertion, because they are few and often in order.
    private void sortAdded() {
        for (int i = 1; i < adds; i++) {
            int request = added[i];
            int j = i;
            for (; j > 0 && isBefore(request, added[j - 1]); j--) added[j] = added[j - 1];
            added[j] = request;
        }
    }

    private boolean isBefore(int a, int b) {
        long fileA = file(a).openNumber();
        long fileB = file(b).openNumber();
        if (fileA != fileB) return fileA < fileB;
        return writes[a] != writes[b] ? writes[a] : positions[a] < positions[b];
    }

    private DiskFile file(int request) {
        return Objects.requireNonNull(files[request]);
    }

    // ---- Under way ----

    /// `false`: nothing is waiting, or there is no room.
    private boolean startOne(boolean wait) {
        if (waiting.isEmpty() || freeSlots == 0) return false;
        Operation operation = waiting.element().operation;
        LaneGate.Turn turn;
        try {
            turn = wait ? gate.enterBatched(operation) : gate.enterBatchedOrNull(operation);
        } catch (BackpressureException e) {
            Transfer refused = waiting.removeFirst();
            for (int request : refused.requests) failures[request] = e;
            for (int request : refused.requests) ended.addLast(request);
            return true;
        }
        if (turn == null) return false;
        Transfer transfer = waiting.removeFirst();
        transfer.enter(turn);
        int slot = slots[--freeSlots];
        underWay[slot] = transfer;
        try {
            transfer.handle = transfer.file.acquire();
            if (transfer.isWrite()) transfer.file.checkSound("write");
            start(slot, transfer, transfer.handle);
        } catch (RuntimeException e) {
            for (int request : transfer.requests) failures[request] = e;
            end(slot, transfer);
        }
        return true;
    }

    private void start(int slot, Transfer transfer, IoFile handle) {
        int[] requests = transfer.requests;
        int first = requests[0];
        int parts = 1;
        long[] places = new long[requests.length];
        int[] bytes = new int[requests.length];
        places[0] = addresses[first];
        bytes[0] = lengths[first];
        for (int i = 1; i < requests.length; i++) { // neighbours in memory too are one part
            int request = requests[i];
            if (places[parts - 1] + bytes[parts - 1] == addresses[request]) {
                bytes[parts - 1] += lengths[request];
            } else {
                places[parts] = addresses[request];
                bytes[parts++] = lengths[request];
            }
        }
        long position = positions[first];
        if (!transfer.isWrite()) io.read(slot, handle, position, places, bytes, 0, parts);
        else io.write(slot, handle, position, places, bytes, 0, parts);
    }

    private void collect(int slot) {
        Transfer transfer = Objects.requireNonNull(underWay[slot]);
        int moved = 0;
        RuntimeException failure = null;
        try {
            moved = io.result(slot);
        } catch (RuntimeException e) {
            failure = e;
        }
        try {
            int[] requests = transfer.requests;
            boolean again = isDisturbance(failure) || (requests.length > 1 && !transfer.isWrite());
            if (failure != null && !again) fail(transfer, failure);
            else if (moved == transfer.bytes) for (int request : requests) results[request] = lengths[request];
            else finish(transfer, moved);
            long sum = 0;
            for (int request : requests) if (failures[request] == null) sum += results[request];
            (transfer.isWrite() ? gate.writes : gate.reads).succeeded(sum);
        } finally {
            end(slot, transfer);
        }
    }

    private void fail(Transfer transfer, RuntimeException failure) {
        if (transfer.isWrite()) transfer.file.failedWrite(failure, false);
        for (int request : transfer.requests) failures[request] = failure;
    }

    private static boolean isDisturbance(@Nullable RuntimeException failure) {
        return failure instanceof FileAccessException e && Errno.isTransient(e.errno());
    }

    /// Each request by itself, from where the transfer left it.
    private void finish(Transfer transfer, int moved) {
        IoFile handle = Objects.requireNonNull(transfer.handle);
        int before = 0;
        for (int request : transfer.requests) {
            int already = Math.clamp(moved - before, 0, lengths[request]);
            before += lengths[request];
            try {
                results[request] = finish(transfer, handle, request, already);
            } catch (RuntimeException e) {
                failures[request] = e;
            }
        }
    }

    private int finish(Transfer transfer, IoFile handle, int request, int already) {
        long position = positions[request];
        int bytes = lengths[request];
        if (!transfer.isWrite()) return transfer.file.readOn(handle, position, addresses[request], bytes, already);
        if (already < bytes) transfer.file.checkSound("write");
        transfer.file.writeOn(handle, position, addresses[request], bytes, already);
        return bytes;
    }

    /// The requests have their results.
    private void end(int slot, Transfer transfer) {
        transfer.leave();
        if (transfer.handle != null) {
            if (transfer.isWrite()) transfer.file.written();
            transfer.file.release();
        }
        underWay[slot] = null;
        slots[freeSlots++] = slot;
        for (int request : transfer.requests) ended.addLast(request);
    }

    /// Waits for what is under way and drops the rest: afterwards nobody looks at the memory of a request. A write
    /// that failed has poisoned its file even if nobody asks for its result any more.
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        Throwable unknown = null;
        try (io) {
            while (writesUnderWay() && io.underWay() > 0) collect(io.next());
        } catch (RuntimeException | Error e) {
            unknown = e;
            throw e;
        } finally {
            for (int slot = 0; slot < underWay.length; slot++) {
                Transfer transfer = underWay[slot];
                if (transfer == null) continue;
                if (unknown != null && transfer.isWrite()) transfer.file.failedWrite(unknown, true);
                end(slot, transfer);
            }
        }
    }

    private boolean writesUnderWay() {
        for (Transfer transfer : underWay) if (transfer != null && transfer.isWrite()) return true;
        return false;
    }
}
