package dev.polder.store;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.errors.NotAStoreException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.StoreFailedException;
import dev.polder.errors.UnsupportedFormatException;
import dev.polder.log.StoreId;
import dev.polder.memory.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The manifest of one store: a chain of edits, each of which moves the whole store from one state to the next.
///
///     manifest-5-a   [ header | edit 71: everything | edit 72 | edit 73 ]
///     manifest-5-b   [ header | edit 71: everything | edit 72 | edit 73 ]
///
/// **Two copies, never written at the same time.** An edit is written and synced to copy a, then to copy b. A torn
/// write can spoil acknowledged edits of the same sector, but only in the copy that is being written; a flipped bit,
/// a lost write or a lost file hurts one copy. Opening takes the longer valid chain, and both must agree on what they
/// share.
///
/// **Rolls.** Opening for writing, and an edit that makes the files large, begin a new pair with the whole state as
/// its first edit; the old pair is deleted once the new one and the directory are synced. Opening takes the highest
/// roll with a valid first edit in either copy.
///
/// A manifest that lost its newest edit altogether is found by the log, each of whose groups carries the number of
/// the last durable edit.
///
/// **Threads.** Guarded by the store's catalog mutex. A failed write or sync leaves the instance unusable: the store
/// fails.
final class Manifest implements AutoCloseable {
    private static final int ALLOCATION_BYTES = 4096;

    private final Disk disk;
    private final Path directory;
    private final Scratch scratch;
    private final long rollBytesMin;
    private final ManifestState state;
    private final @Nullable DiskFile[] copies = new DiskFile[2];
    private long roll;
    private long editNumber;
    private int lastCrc;
    private long bytes;
    private long allocatedBytes;
    private long snapshotBytes;

    /// Lends off-heap memory for reading or writing, in turns: it belongs to the engine.
    interface Scratch {
        long lend();

        int bytes();

        void giveBack(long address);
    }

    private Manifest(Disk disk, Path directory, Scratch scratch, long rollBytesMin, ManifestState state) {
        this.disk = disk;
        this.directory = directory;
        this.scratch = scratch;
        this.rollBytesMin = rollBytesMin;
        this.state = state;
    }

    /// Whether the directory holds a store's manifest, readable or not.
    static boolean exists(Disk disk, Path directory) {
        return disk.list(directory).stream().anyMatch(name -> StoreFiles.roll(name) >= 0);
    }

    /// A new store's manifest, not yet written: call [#rollOver].
    static Manifest create(Disk disk, Path directory, Scratch scratch, long rollBytesMin, StoreId id, boolean logged) {
        ManifestState state = new ManifestState();
        state.apply(List.of(new ManifestChange.Identity(id.high(), id.low(), logged)));
        return new Manifest(disk, directory, scratch, rollBytesMin, state);
    }

    /// Reads the newest manifest; writes nothing.
    ///
    /// @param rollBytesMin from this size on, if it is also four times what the state needs, the next edit begins a
    /// new roll
    static Manifest read(Disk disk, Path directory, Scratch scratch, long rollBytesMin) {
        List<Long> rolls = disk.list(directory).stream()
                .map(StoreFiles::roll)
                .filter(number -> number >= 0)
                .distinct()
                .sorted(java.util.Comparator.reverseOrder())
                .toList();
        if (rolls.isEmpty()) {
            throw new NotAStoreException(
                    "not a store: " + directory
                            + " holds no manifest. Give the directory of a Polder store, or create one by opening it for writing.");
        }
        CorruptionException first = null;
        for (long roll : rolls) {
            try {
                return read(disk, directory, scratch, rollBytesMin, roll);
            } catch (CorruptionException e) {
                if (first == null)
                    first = e; // a roll that was being begun when the power went; the one before it is whole
            }
        }
        throw java.util.Objects.requireNonNull(first);
    }

    private static Manifest read(Disk disk, Path directory, Scratch scratch, long rollBytesMin, long roll) {
        Chain a = Chain.read(disk, StoreFiles.manifest(directory, roll, 0), roll, scratch);
        Chain b = Chain.read(disk, StoreFiles.manifest(directory, roll, 1), roll, scratch);
        Chain longer = a.edits.size() >= b.edits.size() ? a : b;
        Chain other = longer == a ? b : a;
        if (longer.edits.isEmpty()) {
            throw new CorruptionException(
                    longer.path.toString(), 0, "no valid first edit in either copy (" + a.end + "; " + b.end + ")");
        }
        int shared = other.edits.size();
        if (shared > 0 && other.crcs.get(shared - 1).intValue() != longer.crcs.get(shared - 1)) {
            throw new CorruptionException(
                    other.path.toString(),
                    0,
                    "the two copies of the manifest differ at edit " + other.numbers.get(shared - 1));
        }
        ManifestState state = new ManifestState();
        for (List<ManifestChange> edit : longer.edits) state.apply(edit);
        if (state.storeIdHigh != longer.storeIdHigh || state.storeIdLow != longer.storeIdLow) {
            throw new CorruptionException(
                    longer.path.toString(), 16, "the header names another store than the first edit");
        }
        Manifest manifest = new Manifest(disk, directory, scratch, rollBytesMin, state);
        manifest.roll = roll;
        manifest.editNumber = longer.numbers.getLast();
        manifest.lastCrc = longer.crcs.getLast();
        return manifest;
    }

    /// Whether any copy of this roll has a valid first edit.
    static boolean anyValid(Disk disk, Path directory, long roll, Scratch scratch) {
        for (int copy = 0; copy < 2; copy++) {
            Chain chain = Chain.read(disk, StoreFiles.manifest(directory, roll, copy), roll, scratch);
            if (!chain.edits.isEmpty()) return true;
        }
        return false;
    }

    ManifestState state() {
        return state;
    }

    /// Number of the last durable edit.
    long editNumber() {
        return editNumber;
    }

    /// Applies an edit: durable in both copies when this returns.
    ///
    /// @throws OutOfSpaceException if nothing of the edit was written: it did not happen, and the next may
    void append(List<ManifestChange> changes) {
        if (copies[0] == null || poisoned() || bytes > Math.max(rollBytesMin, 4 * snapshotBytes)) rollOver();
        byte[] edit = ManifestFormat.edit(editNumber + 1, lastCrc, changes);
        allocate(bytes + edit.length);
        for (DiskFile file : openCopies()) write(file, edit);
        bytes += edit.length;
        editNumber++;
        lastCrc = crcOf(edit);
        state.apply(changes);
    }

    /// An edit that was begun and not ended may be found by the next open, whatever the reason: nobody may act as if
    /// it had not happened.
    private void write(DiskFile file, byte[] edit) {
        try {
            write(file, bytes, edit);
            file.sync(Lane.LOG);
        } catch (OutOfSpaceException e) {
            boolean nothingYet = file == copies[0] && file.poison() == null;
            if (nothingYet) throw e;
            throw new StoreFailedException(
                    "an edit of the manifest is in doubt, because there was no space to end it: file=" + file.path()
                            + " edit=" + (editNumber + 1) + "; close the store and reopen it",
                    e);
        }
    }

    /// Filling with zeros failed. The edits are safe, but these files take no more: the next edit begins a new roll.
    private boolean poisoned() {
        return openCopies().stream().anyMatch(file -> file.poison() != null);
    }

    /// Fills both copies with zeros up to beyond `end`, so that the edit itself cannot run out of space: an edit that
    /// is in one copy and not in the other must not be reported as failed. Throws OutOfSpaceException while nothing
    /// has changed yet.
    private void allocate(long end) {
        if (end <= allocatedBytes) return;
        long target = (end + ALLOCATION_BYTES - 1 + end / 4) / ALLOCATION_BYTES * ALLOCATION_BYTES;
        byte[] zeros = new byte[(int) (target - allocatedBytes)];
        for (DiskFile file : openCopies()) {
            write(file, allocatedBytes, zeros);
            file.sync(Lane.LOG);
        }
        allocatedBytes = target;
    }

    private List<DiskFile> openCopies() {
        return List.of(java.util.Objects.requireNonNull(copies[0]), java.util.Objects.requireNonNull(copies[1]));
    }

    /// Begins a new pair of files with the whole state as its first edit, and deletes all older pairs.
    void rollOver() {
        long next = roll + 1;
        byte[] header = ManifestFormat.header(state.storeIdHigh, state.storeIdLow, next);
        byte[] edit = ManifestFormat.edit(editNumber + 1, crcOf(header), state.snapshot());
        @Nullable DiskFile[] files = new DiskFile[2];
        boolean done = false;
        try {
            for (int copy = 0; copy < 2; copy++) {
                DiskFile file = disk.create(StoreFiles.manifest(directory, next, copy), false);
                files[copy] = file;
                file.truncate(0);
                write(file, 0, header);
                write(file, header.length, edit);
                file.sync(Lane.LOG);
            }
            disk.syncDirectory(directory);
            done = true;
        } finally {
            if (!done) close(files);
        }
        close();
        copies[0] = files[0];
        copies[1] = files[1];
        roll = next;
        editNumber++;
        lastCrc = crcOf(edit);
        bytes = (long) header.length + edit.length;
        allocatedBytes = bytes;
        snapshotBytes = edit.length;
        deleteOtherRolls();
    }

    private void deleteOtherRolls() {
        for (String name : disk.list(directory)) {
            long number = StoreFiles.roll(name);
            if (number >= 0 && number != roll) disk.delete(directory.resolve(name));
        }
    }

    private void write(DiskFile file, long position, byte[] content) {
        long buffer = scratch.lend();
        try {
            for (int done = 0; done < content.length; ) {
                int part = Math.min(scratch.bytes(), content.length - done);
                Memory.copyIn(content, done, buffer, part);
                file.writeHowever(position + done, buffer, part, Lane.LOG); // all of an edit, or none
                done += part;
            }
        } finally {
            scratch.giveBack(buffer);
        }
    }

    @Override
    public void close() {
        close(copies);
    }

    private static void close(@Nullable DiskFile[] files) {
        for (int copy = 0; copy < 2; copy++) {
            DiskFile file = files[copy];
            if (file != null) file.close();
            files[copy] = null;
        }
    }

    private static int crcOf(byte[] record) {
        return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    }

    /// The valid edits of one copy, and why they end where they do.
    private static final class Chain {
        final Path path;
        final List<List<ManifestChange>> edits = new ArrayList<>();
        final List<Long> numbers = new ArrayList<>();
        final List<Integer> crcs = new ArrayList<>();
        long storeIdHigh;
        long storeIdLow;
        String end = "missing";

        private Chain(Path path) {
            this.path = path;
        }

        static Chain read(Disk disk, Path path, long roll, Scratch scratch) {
            Chain chain = new Chain(path);
            if (!disk.exists(path)) return chain;
            byte[] content = content(disk, path, scratch);
            ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
            if (chain.header(content, in, roll)) chain.edits(content, in);
            return chain;
        }

        private boolean header(byte[] content, ByteBuffer in, long roll) {
            if (in.capacity() < ManifestFormat.HEADER_BYTES) {
                end = "shorter than a header";
                return false;
            }
            int crc = ManifestFormat.crc(content, 4, ManifestFormat.HEADER_BYTES - 4);
            if (in.getInt(0) != crc || in.getInt(4) != ManifestFormat.MAGIC || in.getLong(32) != roll) {
                end = "invalid header";
                return false;
            }
            int format = in.getInt(8);
            if (format != ManifestFormat.FORMAT_VERSION) {
                throw new UnsupportedFormatException("store format " + format
                        + " is newer than this version of Polder, which reads " + ManifestFormat.FORMAT_VERSION
                        + ": file=" + path + "; nothing was changed. Use a newer Polder.");
            }
            storeIdHigh = in.getLong(16);
            storeIdLow = in.getLong(24);
            return true;
        }

        private void edits(byte[] content, ByteBuffer in) {
            int previousCrc = in.getInt(0);
            long number = -1;
            for (int at = ManifestFormat.HEADER_BYTES; ; ) {
                end = "ends at byte " + at;
                if (in.capacity() - at < ManifestFormat.EDIT_HEADER_BYTES) return;
                int length = in.getInt(at + 4);
                if (length < 0 || length > in.capacity() - at - ManifestFormat.EDIT_HEADER_BYTES) return;
                int crc = ManifestFormat.crc(content, at + 4, ManifestFormat.EDIT_HEADER_BYTES - 4 + length);
                if (crc != in.getInt(at) || in.getInt(at + 16) != previousCrc) return;
                if (number >= 0 && in.getLong(at + 8) != number + 1) return;
                number = in.getLong(at + 8);
                previousCrc = crc;
                edits.add(ManifestFormat.changes(
                        in.slice(at + ManifestFormat.EDIT_HEADER_BYTES, length).order(ByteOrder.LITTLE_ENDIAN)));
                numbers.add(number);
                crcs.add(crc);
                at += ManifestFormat.EDIT_HEADER_BYTES + length;
            }
        }

        private static byte[] content(Disk disk, Path path, Scratch scratch) {
            long buffer = scratch.lend();
            try (DiskFile file = disk.open(path, false, false)) {
                long size = file.size();
                if (size > ManifestFormat.EDIT_BYTES_MAX * 5L) {
                    throw new CorruptionException(path.toString(), 0, "a manifest of " + size + " bytes");
                }
                byte[] content = new byte[(int) size];
                for (int done = 0; done < content.length; ) {
                    int part = Math.min(scratch.bytes(), content.length - done);
                    file.read(done, buffer, part, Lane.LOG);
                    Memory.copyOut(buffer, content, done, part);
                    done += part;
                }
                return content;
            } finally {
                scratch.giveBack(buffer);
            }
        }
    }
}
