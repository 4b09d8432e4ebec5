package dev.polder.testkit;

import dev.polder.errors.StoreLockedException;
import dev.polder.io.DeviceSpace;
import dev.polder.io.Errno;
import dev.polder.io.IoBatch;
import dev.polder.io.IoChecks;
import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import dev.polder.io.SerialBatch;
import dev.polder.memory.Memory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A disk in memory that remembers everything it was asked for, can fail in every way, and shows what would be
/// left if the power had gone at any moment. *Record once, crash many*: run the workload once, then
///
///     for (int i = -1; i < io.operations(); i++) {
///         SimulatedIo after = io.crashImage(i, CrashProfile.RANDOM, seed);
///         … recover on `after`, and compare with what had been acknowledged when operation i ended …
///     }
///
/// An image is a whole disk of its own: it can be written to, crashed again, damaged. It shares unchanged pages
/// with its origin, so thousands of them are cheap.
///
/// What is durable: bytes and size of a file after [IoFile#sync] of this file; names (creations, renames,
/// deletions, directories) after [#syncDirectory] of their directory. A sync covers what was asked for before it
/// *began*; a write of a batch was done when the batch's owner has heard of its end, and may be lost until then
/// ([SimulatedBatch]). A file whose name was never synced may be gone, synced or not. The root directory is there
/// from the beginning.
///
/// This is one class, though a long one, because it is one thing under one lock: what tests call to plan trouble,
/// and what the engine calls to meet it. The durable side is in [Device] and [PowerCut].
public final class SimulatedIo implements IoEngine {
    private static final int EXCLUSIVE = -1;
    /// How often somebody who waits for a disk that stands still looks at it.
    private static final long STANDSTILL_NANOS = 10_000_000;

    private final Journal journal;
    private final List<LiveNode> nodes = new ArrayList<>();
    /// Lock files: how many share the lock, or [#EXCLUSIVE].
    private final Map<LiveNode, Integer> locked = new HashMap<>();
    private final FaultPlan faults = new FaultPlan();
    private final Map<IoKind, Long> counts = new EnumMap<>(IoKind.class);
    private final List<SimulatedFile> openFiles = new ArrayList<>();
    /// Writes of batches, by their number in the journal, of whose end the batch's owner has not heard.
    private final Set<Integer> underWay = new HashSet<>();

    private Runnable dontNeedHook = () -> {};
    private Runnable yieldHook = () -> {};
    private Runnable powerCutHook = () -> {};
    private LongConsumer waitHook = _ -> {};
    private volatile long readNanos;
    private volatile Predicate<Path> standingStill = _ -> false;
    private long usedBytes;
    private long capacityBytes = Long.MAX_VALUE;
    private long quotaBytes = Long.MAX_VALUE;
    private boolean readOnly;
    private boolean forgetCacheOnFailedSync;
    private @Nullable SplittableRandom shortTransfers;
    private SplittableRandom batchOrder = new SplittableRandom(0);
    private boolean batchesOverlap;
    private int heardOneIn = 2;
    private int underWayAtFaults;
    private long writesUntilPowerCut = Long.MAX_VALUE;
    private long operationsUntilPowerCut = Long.MAX_VALUE;
    private boolean powerCut;

    /// An empty disk.
    public SimulatedIo() {
        this(new Device());
    }

    private SimulatedIo(Device base) {
        for (int i = 0; i < base.nodeCount(); i++) {
            Device.Node node = base.node(i);
            nodes.add(new LiveNode(i, node.directory, node.durable.copy(), node.size));
        }
        for (int i = 0; i < base.nodeCount(); i++) {
            for (var name : base.node(i).names.entrySet()) {
                LiveNode child = nodes.get(name.getValue());
                nodes.get(i).names.put(name.getKey(), child);
                child.links++;
            }
        }
        for (LiveNode node : nodes) if (node.links > 0) usedBytes += node.heldBytes();
        this.journal = new Journal(base);
    }

    // ---- After a power cut ----

    /// The disk as it would be if the power had gone right after operation number `operationIndex`; -1 is before
    /// the first. No faults are planned for it, and nothing is locked.
    public synchronized SimulatedIo crashImage(int operationIndex, CrashProfile profile, long seed) {
        long mixed = seed * 0x9E3779B97F4A7C15L + operationIndex;
        return new SimulatedIo(new PowerCut(profile, mixed).image(journal.after(operationIndex)));
    }

    /// The disk as it would be if the power went now.
    public synchronized SimulatedIo crashImage(CrashProfile profile, long seed) {
        return crashImage(journal.size() - 1, profile, seed);
    }

    /// Another disk with the content of this one as it is now: to damage, to compare. Nothing in it is unsynced.
    public SimulatedIo copy() {
        return crashImage(CrashProfile.KEEP_ALL, 0);
    }

    /// Makes everything durable, as a long quiet time would. Counted as nothing; the journal starts anew, its
    /// numbers go on.
    public synchronized void settle() {
        for (LiveNode node : nodes) {
            if (node.directory) journal.add(new JournalEntry.SyncDirectory(next(), node.number, next()), quiet());
            else journal.add(new JournalEntry.Sync(next(), node.number, next(), Set.of(), false), quiet());
        }
        journal.forget();
    }

    private IoOperation quiet() {
        return new IoOperation(next(), IoKind.SYNC, "", 0, 0, underWay.size());
    }

    // ---- What happened ----

    /// How many operations changed something: 0 to this, exclusive, are the crash points.
    public synchronized int operations() {
        return journal.size();
    }

    /// The operations that changed something (or were to), oldest first.
    public synchronized List<IoOperation> journal() {
        return journal.operations();
    }

    /// How many calls of this kind came in, failed ones included.
    public synchronized long count(IoKind kind) {
        if (kind != IoKind.ANY) return counts.getOrDefault(kind, 0L);
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /// Handles that are open: none should be when a store is closed.
    public synchronized List<String> openHandles() {
        return openFiles.stream().map(file -> file.path.toString()).toList();
    }

    /// Every file, sorted by path.
    public synchronized List<Path> files() {
        List<Path> files = new ArrayList<>();
        collect(Path.of("/"), nodes.get(Device.ROOT), files);
        return files;
    }

    private static void collect(Path path, LiveNode directory, List<Path> files) {
        directory.names.forEach((name, node) -> {
            if (node.directory) collect(path.resolve(name), node, files);
            else files.add(path.resolve(name));
        });
    }

    public synchronized byte[] bytes(Path file) {
        LiveNode node = fileNode("read", file);
        byte[] bytes = new byte[Math.toIntExact(node.size)];
        node.pages.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    public synchronized long size(Path file) {
        return fileNode("size", file).size;
    }

    /// Bytes on the device: whole blocks of 4 KiB, holes left out.
    public synchronized long usedBytes() {
        return usedBytes;
    }

    // ---- Trouble ----

    /// Lets the `n`-th operation of this kind from now on fail (1 is the next), once or from then on forever. A sync
    /// that fails with EIO, ENOSPC or EDQUOT loses what it should have made durable, and the next one succeeds: the
    /// trap that real kernels set.
    public void failNth(IoKind kind, int n, Repeat repeat, IoFault fault) {
        failNth(kind, n, repeat, fault, "");
    }

    /// As above, counting only operations on files whose path contains a text.
    public synchronized void failNth(IoKind kind, int n, Repeat repeat, IoFault fault, String fileContains) {
        faults.add(kind, n, repeat, fault, fileContains);
    }

    /// The `n`-th write from now on is acknowledged, but never happens.
    public synchronized void loseWrite(int n) {
        faults.add(new FaultPlan.WriteAccident(n, -1));
    }

    /// The `n`-th write from now on lands at another place of the same file.
    public synchronized void misdirectWrite(int n, long otherOffset) {
        faults.add(new FaultPlan.WriteAccident(n, otherOffset));
    }

    /// No planned fault happens any more.
    public synchronized void clearFaults() {
        faults.clear();
        shortTransfers = null;
    }

    /// When planned faults happened: how many writes of batches were under way at most.
    public synchronized int underWayAtFaults() {
        return underWayAtFaults;
    }

    /// From now on half of all reads and writes move only a part.
    public synchronized void shortTransfers(long seed) {
        shortTransfers = new SplittableRandom(seed);
    }

    /// In which order the transfers of a batch are done from now on; never count on the order they were asked for.
    public synchronized void batchOrder(long seed) {
        batchOrder = new SplittableRandom(seed);
    }

    /// Whoever asks which writes of his batch have ended, and does not wait, hears of one each so many times: the
    /// greater, the slower the device seems to be. 2 from the beginning.
    public synchronized void heardOneIn(int times) {
        heardOneIn = times;
    }

    /// From now on batches say that several of their transfers are really under way at once, as a ring's are. Those of
    /// one that is [#batchElsewhere] always are.
    public synchronized void overlapBatches() {
        batchesOverlap = true;
    }

    synchronized boolean batchesOverlap() {
        return batchesOverlap;
    }

    /// The size of the device; may be set again at any time. A write that does not fit is short, or fails with
    /// ENOSPC.
    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /// What may be used of it, as by a user with a quota: [#space] does not tell, and beyond it is EDQUOT.
    public synchronized void quota(long bytes) {
        quotaBytes = bytes;
    }

    private long roomBytes() {
        return Math.min(capacityBytes, quotaBytes) - usedBytes;
    }

    private int noRoom() {
        return quotaBytes < capacityBytes ? Errno.EDQUOT : Errno.ENOSPC;
    }

    public synchronized void readOnly(boolean readOnly) {
        this.readOnly = readOnly;
    }

    /// After a failed sync a process reads what is on the device (`true`), or still what it had written (`false`,
    /// the default).
    public synchronized void forgetCacheOnFailedSync(boolean forget) {
        forgetCacheOnFailedSync = forget;
    }

    /// Turns one bit of a file: bit `bit % 8` of byte `bit / 8`.
    public synchronized void flipBit(Path file, long bit) {
        byte[] one = new byte[1];
        fileNode("flip", file).pages.read(bit / 8, one, 0, 1);
        corruptByte(file, bit / 8, (byte) (one[0] ^ (1 << (bit % 8))));
    }

    /// Replaces one byte of a file, on the device and in every cache.
    public synchronized void corruptByte(Path file, long offset, byte value) {
        LiveNode node = fileNode("corrupt", file);
        if (offset >= node.size) throw new IllegalArgumentException("offset=" + offset + " size=" + node.size);
        node.pages.write(offset, new byte[] {value}, 0, 1);
        record(new JournalEntry.Corrupt(next(), node.number, offset, value), IoKind.CORRUPT, file, offset, 1);
    }

    /// The power goes after `writes` more writes (0: now): every later operation throws a [PowerCutError].
    public void stopAfter(int writes) {
        if (writes == 0) cutPower();
        else writesUntilPowerCut = writes;
    }

    /// The power goes after so many more operations that change something (0: now).
    public void stopAfterOperations(int operations) {
        if (operations == 0) cutPower();
        else operationsUntilPowerCut = operations;
    }

    public void cutPower() {
        powerCut = true;
        powerCutHook.run();
    }

    public boolean isPowerCut() {
        return powerCut;
    }

    /// From now on writes and syncs of these files do not return, until [#goOn]. Asked on the thread that writes.
    /// For simulated tasks only.
    public void standStill(Predicate<Path> files) {
        standingStill = files;
    }

    /// From now on a read takes so long. For simulated tasks only.
    public void readNanos(long nanos) {
        readNanos = nanos;
    }

    public void goOn() {
        standingStill = _ -> false;
    }

    private void awaitDevice(Path file) {
        yieldHook.run();
        while (standingStill.test(file)) waitHook.accept(STANDSTILL_NANOS);
    }

    /// Lets a scheduler choose another task before every operation, and unwind all tasks when the power goes.
    ///
    /// @param wait lets so many nanoseconds pass, for whoever waits for the device
    public void attach(Runnable yield, Runnable onPowerCut, LongConsumer wait) {
        yieldHook = yield;
        powerCutHook = onPowerCut;
        waitHook = wait;
    }

    /// Nobody schedules what happens on this disk any more.
    public void detach() {
        attach(() -> {}, () -> {}, _ -> {});
    }

    /// What happens, on the thread that asks, whenever a file's pages are said to be needed no more.
    public void whenDontNeed(Runnable hook) {
        dontNeedHook = hook;
    }

    void dontNeed() {
        dontNeedHook.run();
    }

    // ---- The contract: files ----

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public IoFile open(Path file, OpenMode mode) {
        yieldHook.run();
        synchronized (this) {
            LiveNode existing = nodeOrNull(file);
            boolean creates = existing == null && mode.create();
            begin(creates ? IoKind.CREATE : IoKind.OPEN, "open", file, creates || mode.write());
            if (existing == null && !creates) throw Errno.failure("open", file, Errno.ENOENT, 0);
            if (existing != null && existing.directory) throw Errno.failure("open", file, Errno.EISDIR, 0);
            LiveNode node = existing != null ? existing : create("open", file, false);
            SimulatedFile handle = new SimulatedFile(this, file, node, mode.write(), mode.direct());
            node.handles++;
            openFiles.add(handle);
            return handle;
        }
    }

    @Override
    public IoBatch batch(int depth) {
        return new SerialBatch(depth, false, new SimulatedBatch(this));
    }

    @Override
    public IoBatch batchElsewhere(int depth) {
        return new SerialBatch(depth, true, new SimulatedBatch(this));
    }

    synchronized int chooseOfBatch(int count) {
        return batchOrder.nextInt(count);
    }

    synchronized boolean isHeard() {
        return batchOrder.nextInt(heardOneIn) == 0;
    }

    /// The owner of a batch knows that this write has ended.
    synchronized void ended(int entry) {
        underWay.remove(entry);
    }

    int read(SimulatedFile file, long position, long address, int bytes) {
        yieldHook.run();
        if (readNanos > 0) waitHook.accept(readNanos);
        synchronized (this) {
            check(file);
            IoChecks.range(position, address, bytes, file.alignment());
            IoFault fault = begin(IoKind.READ, "read", file.path, false);
            int there = Math.clamp(file.node.size - position, 0, bytes);
            if (there == 0) return 0;
            int read = shortened(there, fault, file.alignment());
            file.node.pages.read(position, address, read);
            if (fault == IoFault.FLIPPED) flipBytes(address, read);
            return read;
        }
    }

    /// One byte in every 256, so that it matters wherever in what was read the block lies that was wanted.
    private static void flipBytes(long address, int bytes) {
        for (int at = bytes / 2 % 256; at < bytes; at += 256) {
            Memory.putByte(address + at, (byte) ~Memory.getByte(address + at));
        }
    }

    int write(SimulatedFile file, long position, long address, int bytes) {
        return write(file, position, address, bytes, null);
    }

    /// @param begun told the number of the write in the journal, if it is one of a batch, which is under way until
    ///              [#ended]
    int write(SimulatedFile file, long position, long address, int bytes, @Nullable IntConsumer begun) {
        awaitDevice(file.path);
        synchronized (this) {
            check(file);
            checkWritable(file);
            IoChecks.range(position, address, bytes, file.alignment());
            if (bytes == 0) return 0;
            IoFault fault = begin(IoKind.WRITE, "write", file.path, true);
            long aside = file.node.heldBytes() - file.node.pages.allocatedBytes();
            long free = Math.max(0, roomBytes() + aside) / Pages.PAGE_BYTES;
            int fitting = file.node.pages.writable(position, shortened(bytes, fault, file.alignment()), free);
            if (fitting == 0) throw Errno.failure("write", file.path, noRoom(), bytes);
            write(file, position, content(address, fitting), fitting);
            if (begun != null) {
                underWay.add(journal.size() - 1);
                begun.accept(journal.size() - 1);
            }
            return fitting;
        }
    }

    private void write(SimulatedFile file, long position, byte @Nullable [] content, int bytes) {
        FaultPlan.WriteAccident accident = faults.nextAccident();
        if (accident != null && accident.otherOffset < 0) {
            record(new JournalEntry.Nothing(next(), file.node.number), IoKind.WRITE, file.path, position, bytes);
            return;
        }
        long at = accident == null ? position : accident.otherOffset;
        LiveNode node = file.node;
        usedBytes -= node.heldBytes();
        node.pages.write(at, content, 0, bytes);
        usedBytes += node.heldBytes();
        node.size = Math.max(node.size, at + bytes);
        record(new JournalEntry.Write(next(), node.number, at, content, bytes), IoKind.WRITE, file.path, at, bytes);
    }

    private static byte @Nullable [] content(long address, int bytes) {
        byte[] content = Memory.bytes(address, bytes);
        for (byte b : content) if (b != 0) return content;
        return null;
    }

    /// What is synced is fixed when the sync begins; other tasks may write before it ends.
    void sync(SimulatedFile file) {
        awaitDevice(file.path);
        int before;
        Set<Integer> notEnded;
        synchronized (this) {
            check(file);
            try {
                begin(IoKind.SYNC, "sync", file.path, false);
            } catch (dev.polder.errors.PolderException e) {
                if (e instanceof dev.polder.errors.FileAccessException failure && Errno.isTransient(failure.errno()))
                    throw e;
                loseUnsynced(file);
                throw e;
            }
            before = journal.size();
            notEnded = Set.copyOf(underWay);
        }
        yieldHook.run();
        synchronized (this) {
            checkPower();
            record(
                    new JournalEntry.Sync(next(), file.node.number, before, notEnded, false),
                    IoKind.SYNC,
                    file.path,
                    0,
                    0);
        }
    }

    private void loseUnsynced(SimulatedFile file) {
        JournalEntry lost = new JournalEntry.Sync(next(), file.node.number, next(), Set.copyOf(underWay), true);
        record(lost, IoKind.SYNC, file.path, 0, 0);
        if (!forgetCacheOnFailedSync) return;
        Device.Node durable = journal.after(journal.size() - 1).node(file.node.number);
        usedBytes -= file.node.heldBytes();
        file.node.pages = durable.durable.copy();
        file.node.size = durable.size;
        usedBytes += file.node.heldBytes();
    }

    synchronized long size(SimulatedFile file) {
        check(file);
        return file.node.size;
    }

    void truncate(SimulatedFile file, long bytes) {
        yieldHook.run();
        synchronized (this) {
            check(file);
            checkWritable(file);
            IoChecks.fileBytes(bytes);
            begin(IoKind.TRUNCATE, "truncate", file.path, true);
            usedBytes -= file.node.heldBytes();
            file.node.pages.cut(bytes);
            file.node.reservedBytes = 0;
            usedBytes += file.node.heldBytes();
            file.node.size = bytes;
            record(new JournalEntry.Truncate(next(), file.node.number, bytes), IoKind.TRUNCATE, file.path, bytes, 0);
        }
    }

    void allocate(SimulatedFile file, long position, long bytes) {
        yieldHook.run();
        synchronized (this) {
            check(file);
            checkWritable(file);
            begin(IoKind.ALLOCATE, "allocate", file.path, true);
            LiveNode node = file.node;
            long to = (position + bytes + Pages.PAGE_BYTES - 1) / Pages.PAGE_BYTES * Pages.PAGE_BYTES;
            long more = Math.max(node.heldBytes(), to) - node.heldBytes();
            if (more > roomBytes()) throw Errno.failure("allocate", file.path, noRoom(), bytes);
            usedBytes += more;
            node.reservedBytes = Math.max(node.reservedBytes, to);
            record(new JournalEntry.Nothing(next(), node.number), IoKind.ALLOCATE, file.path, position, bytes);
        }
    }

    /// As large as [#capacity] says.
    @Override
    public DeviceSpace space(Path directory) {
        return new DeviceSpace() {
            @Override
            public long freeBytes() {
                synchronized (SimulatedIo.this) {
                    return Math.max(0, capacityBytes - usedBytes);
                }
            }

            @Override
            public long totalBytes() {
                synchronized (SimulatedIo.this) {
                    return capacityBytes;
                }
            }
        };
    }

    synchronized void close(SimulatedFile file) {
        if (file.closed) return;
        file.closed = true;
        openFiles.remove(file);
        file.node.handles--;
        freeIfGone(file.node);
    }

    // ---- The contract: names ----

    @Override
    public void createDirectories(Path directory) {
        yieldHook.run();
        synchronized (this) {
            begin(IoKind.CREATE_DIRECTORY, "create directory", directory, nodeOrNull(directory) == null);
            createMissing(absolute(directory));
        }
    }

    private void createMissing(Path directory) {
        LiveNode existing = nodeOrNull(directory);
        if (existing != null && existing.directory) return;
        if (existing != null) throw Errno.failure("create directory", directory, Errno.EEXIST, 0);
        createMissing(Objects.requireNonNull(directory.getParent()));
        create("create directory", directory, true);
    }

    @Override
    public List<String> list(Path directory) {
        yieldHook.run();
        synchronized (this) {
            begin(IoKind.LIST, "list", directory, false);
            LiveNode node = nodeOrNull(directory);
            if (node == null) return List.of();
            if (!node.directory) throw Errno.failure("list", directory, Errno.ENOTDIR, 0);
            return List.copyOf(node.names.keySet());
        }
    }

    @Override
    public synchronized boolean exists(Path path) {
        checkPower();
        return nodeOrNull(path) != null;
    }

    @Override
    public synchronized boolean isDirectory(Path path) {
        checkPower();
        LiveNode node = nodeOrNull(path);
        return node != null && node.directory;
    }

    @Override
    public void rename(Path from, Path to) {
        yieldHook.run();
        synchronized (this) {
            begin(IoKind.RENAME, "rename", from, true);
            LiveNode node = nodeOrNull(from);
            if (node == null) throw Errno.failure("rename", from, Errno.ENOENT, 0);
            LiveNode fromParent = parent("rename", from);
            LiveNode toParent = parent("rename", to);
            LiveNode replaced = toParent.names.get(fileName(to));
            if (replaced == node) return;
            if (replaced != null && (replaced.directory || node.directory)) {
                throw Errno.failure("rename", to, replaced.directory ? Errno.EISDIR : Errno.ENOTDIR, 0);
            }
            fromParent.names.remove(fileName(from));
            toParent.names.put(fileName(to), node);
            if (replaced != null) unlink(replaced);
            record(
                    new JournalEntry.Rename(
                            next(), fromParent.number, fileName(from), toParent.number, fileName(to), node.number),
                    IoKind.RENAME,
                    to,
                    0,
                    0);
        }
    }

    @Override
    public void delete(Path file) {
        yieldHook.run();
        synchronized (this) {
            begin(IoKind.DELETE, "delete", file, true);
            LiveNode node = nodeOrNull(file);
            if (node == null) throw Errno.failure("delete", file, Errno.ENOENT, 0);
            if (node.directory) throw Errno.failure("delete", file, Errno.EISDIR, 0);
            LiveNode parent = parent("delete", file);
            parent.names.remove(fileName(file));
            unlink(node);
            record(new JournalEntry.Delete(next(), parent.number, fileName(file)), IoKind.DELETE, file, 0, 0);
        }
    }

    @Override
    public void syncDirectory(Path directory) {
        yieldHook.run();
        int before;
        LiveNode node;
        synchronized (this) {
            begin(IoKind.SYNC_DIRECTORY, "sync directory", directory, false);
            node = nodeOrNull(directory);
            if (node == null) throw Errno.failure("sync directory", directory, Errno.ENOENT, 0);
            if (!node.directory) throw Errno.failure("sync directory", directory, Errno.ENOTDIR, 0);
            before = journal.size();
        }
        yieldHook.run();
        synchronized (this) {
            checkPower();
            record(new JournalEntry.SyncDirectory(next(), node.number, before), IoKind.SYNC_DIRECTORY, directory, 0, 0);
        }
    }

    @Override
    public AutoCloseableLock lock(Path file) {
        yieldHook.run();
        synchronized (this) {
            LiveNode existing = nodeOrNull(file);
            begin(IoKind.LOCK, "lock", file, true);
            LiveNode node = existing != null ? existing : create("lock", file, false);
            if (locked.putIfAbsent(node, EXCLUSIVE) != null) throw lockedElsewhere(file);
            return new HeldLock(node);
        }
    }

    @Override
    public AutoCloseableLock lockShared(Path file) {
        yieldHook.run();
        synchronized (this) {
            LiveNode existing = nodeOrNull(file);
            begin(IoKind.LOCK, "lock", file, false);
            if (existing == null && readOnly) return () -> {};
            LiveNode node = existing != null ? existing : create("lock", file, false);
            if (locked.getOrDefault(node, 0) == EXCLUSIVE) throw lockedElsewhere(file);
            locked.merge(node, 1, Integer::sum);
            return new HeldLock(node);
        }
    }

    private static StoreLockedException lockedElsewhere(Path file) {
        return new StoreLockedException(
                "the store is open elsewhere: lock file=" + file + "; close it there first, or open another directory");
    }

    private final class HeldLock implements AutoCloseableLock {
        private final LiveNode node;
        private boolean closed;

        private HeldLock(LiveNode node) {
            this.node = node;
        }

        @Override
        public void close() {
            synchronized (SimulatedIo.this) {
                if (!closed) locked.computeIfPresent(node, (_, holders) -> holders > 1 ? holders - 1 : null);
                closed = true;
            }
        }
    }

    @Override
    public void close() {}

    // ---- Helpers ----

    /// Every operation passes here: power, count, planned faults, read-only. Returns [IoFault#SHORT] or `null`.
    private @Nullable IoFault begin(IoKind kind, String operation, Path file, boolean changes) {
        checkPower();
        counts.merge(kind, 1L, Long::sum);
        IoFault fault = faults.next(kind, file);
        if (fault != null) underWayAtFaults = Math.max(underWayAtFaults, underWay.size());
        if (fault != null && fault.fails()) throw Errno.failure(operation, file, fault.errno, 0);
        if (changes && readOnly) throw Errno.failure(operation, file, Errno.EROFS, 0);
        return fault;
    }

    private void checkPower() {
        if (powerCut) throw new PowerCutError("the power went after operation " + (journal.size() - 1));
    }

    private void check(SimulatedFile file) {
        checkPower();
        if (file.closed) throw new IllegalStateException("the file is closed: " + file.path);
    }

    private static void checkWritable(SimulatedFile file) {
        if (!file.writable) throw new IllegalStateException("opened for reading: " + file.path);
    }

    private int shortened(int bytes, @Nullable IoFault fault, int alignment) {
        boolean shorter = fault == IoFault.SHORT || (shortTransfers != null && shortTransfers.nextBoolean());
        int units = bytes / alignment;
        if (!shorter || units < 2) return bytes;
        return alignment * (shortTransfers == null ? units / 2 : shortTransfers.nextInt(1, units));
    }

    private int next() {
        return journal.size();
    }

    private void record(JournalEntry entry, IoKind kind, Path file, long position, long bytes) {
        journal.add(entry, new IoOperation(entry.index(), kind, file.toString(), position, bytes, underWay.size()));
        boolean lastWrite = kind == IoKind.WRITE && --writesUntilPowerCut == 0;
        if (--operationsUntilPowerCut == 0 || lastWrite) cutPower();
    }

    private LiveNode create(String operation, Path path, boolean directory) {
        LiveNode parent = parent(operation, path);
        LiveNode node = new LiveNode(nodes.size(), directory, new Pages(), 0);
        nodes.add(node);
        node.links = 1;
        parent.names.put(fileName(path), node);
        record(
                new JournalEntry.Create(next(), parent.number, fileName(path), node.number, directory),
                directory ? IoKind.CREATE_DIRECTORY : IoKind.CREATE,
                path,
                0,
                0);
        return node;
    }

    private void unlink(LiveNode node) {
        node.links--;
        freeIfGone(node);
    }

    private void freeIfGone(LiveNode node) {
        if (node.gone()) usedBytes -= node.heldBytes();
    }

    private LiveNode fileNode(String operation, Path file) {
        LiveNode node = nodeOrNull(file);
        if (node == null || node.directory) throw Errno.failure(operation, file, Errno.ENOENT, 0);
        return node;
    }

    private LiveNode parent(String operation, Path path) {
        Path parent = absolute(path).getParent();
        LiveNode node = parent == null ? null : nodeOrNull(parent);
        if (node == null) throw Errno.failure(operation, path, Errno.ENOENT, 0);
        if (!node.directory) throw Errno.failure(operation, path, Errno.ENOTDIR, 0);
        return node;
    }

    private @Nullable LiveNode nodeOrNull(Path path) {
        LiveNode node = nodes.get(Device.ROOT);
        for (Path name : absolute(path)) {
            if (node == null || !node.directory) return null;
            node = node.names.get(name.toString());
        }
        return node;
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private static String fileName(Path path) {
        return Objects.requireNonNull(absolute(path).getFileName()).toString();
    }
}
