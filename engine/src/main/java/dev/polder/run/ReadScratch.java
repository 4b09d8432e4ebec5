package dev.polder.run;

import dev.polder.block.BlockGather;
import dev.polder.block.BlockLoader;
import dev.polder.block.BlockRef;
import dev.polder.buffer.PinOwner;
import dev.polder.disk.DiskFile;
import dev.polder.memory.Memory;
import org.jspecify.annotations.Nullable;

/// What one reader needs for [Run#get], and where it finds the answer. Owned by one reader at a time and reused:
/// a look-up allocates nothing but the array it may be asked for.
///
/// First say where a value goes, by one of the `to...` methods; it holds until the next one.
public final class ReadScratch {
    final BlockRef ref = new BlockRef();
    final BlockRef pieceRef = new BlockRef();
    final BlockPointer pointer = new BlockPointer();
    final BlockPointer filter = new BlockPointer();
    /// Where the run keeps the sight of the block that `pointer` points at: see [BlockSights].
    int seen = BlockSights.NOWHERE;
    /// The block that is being searched, while `pointer` moves on to its child.
    final BlockPointer here = new BlockPointer();
    final DataEntry entry = new DataEntry();

    private static final int NOWHERE = 0;
    private static final int NEW_ARRAY = 1;
    private static final int ARRAY = 2;
    private static final int ADDRESS = 3;

    private int destination;
    private long address;
    private int capacity;
    private byte @Nullable [] array;
    private @Nullable PinOwner pinOwner;
    private @Nullable PinnedValue pinned;
    private @Nullable BlockGather wanted;
    private boolean onlyPresent;
    private boolean lacking;
    private long lacks;
    private @Nullable Run lackingData;
    private long sequence;
    private int valueBytes;

    /// The value is not wanted: only whether there is one, and how long it is.
    public void toNowhere() {
        destination = NOWHERE;
        array = null;
        pinOwner = null;
    }

    /// The value stays where it is, in a pinned frame, if that can be: see [#pinned]. Else it goes into an array
    /// of its own.
    public void toPinned(PinOwner owner) {
        toNewArray();
        pinOwner = owner;
    }

    /// The value goes into an array of its own, allocated once its length is known; see [#value].
    public void toNewArray() {
        destination = NEW_ARRAY;
        array = null;
        pinOwner = null;
    }

    /// The value goes into `array` as far as it fits.
    public void toArray(byte[] to) {
        destination = ARRAY;
        array = to;
        pinOwner = null;
        capacity = to.length;
    }

    /// The value goes to memory as far as it fits.
    public void toAddress(long to, int bytes) {
        destination = ADDRESS;
        address = to;
        pinOwner = null;
        capacity = bytes;
    }

    /// From now on a look-up that comes to a block that is not in the pool ends there ([Run#LACKING]), and asks
    /// for the block; with `null` it reads the block, as ever.
    public void collect(@Nullable BlockGather gather) {
        wanted = gather;
    }

    /// From now on a look-up ends where it comes to a block that is not in the pool, and nothing is asked for.
    void readNothing() {
        onlyPresent = true;
    }

    /// Where a look-up stands that lacked a data block, to go on from there with [Run#resume].
    public static final class Place {
        private final BlockPointer at = new BlockPointer();
        private @Nullable Run run;

        /// The run it is in; `null` if it lacked something else and begins anew.
        public @Nullable Run run() {
            return run;
        }
    }

    /// Where the last look-up stands, if it ended with [Run#LACKING].
    public void keep(Place place) {
        place.run = lackingData;
        if (lackingData != null) place.at.set(pointer);
    }

    void goOnFrom(Place place) {
        pointer.set(place.at);
        seen = BlockSights.NOWHERE;
    }

    void lacksData(Run run) {
        if (lacking) lackingData = run;
    }

    /// The block that the last look-up lacked, as [BlockGather#came] knows it; 0 if it is none that can be asked
    /// for.
    public long lacks() {
        return lacks;
    }

    /// Points `by` at a block; `false` if the look-up shall end before it, because it is not there.
    boolean locate(BlockLoader loader, BlockRef by, DiskFile file, BlockPointer at, int attempt) {
        BlockGather gather = wanted;
        if (gather == null && !onlyPresent) {
            loader.locate(by, file, at.offset, at.storedBytes, at.rawBytes, at.codec, at.crc, attempt);
            return true;
        }
        if (loader.locatePresent(by, file, at.offset, at.rawBytes, at.crc, attempt)) return true;
        if (gather == null) return false;
        lackingData = null;
        lacks = gather.ask(file, at.offset, at.storedBytes, at.rawBytes, at.codec, at.crc);
        lacking = true;
        return false;
    }

    /// Whether a look-up shall end before it goes through the pieces of a large value: they are read one by one.
    boolean endsBeforePieces() {
        if (wanted == null) return false;
        lackingData = null;
        lacks = 0;
        return true;
    }

    /// The outcome of a look-up that found nothing.
    int missing() {
        if (!lacking) return Run.MISSING;
        lacking = false;
        return Run.LACKING;
    }

    /// Sequence of the version that was found, a put or a delete.
    public long sequence() {
        return sequence;
    }

    /// Length of the value found, whatever part of it was copied.
    public int valueBytes() {
        return valueBytes;
    }

    /// The array of [#toNewArray], filled, or of [#toArray]; the caller may keep it.
    public byte @Nullable [] value() {
        return array;
    }

    /// The value in place, after [#toPinned]; the caller owns it and releases it. `null` if it had to be copied.
    public @Nullable PinnedValue takePinned() {
        PinnedValue taken = pinned;
        pinned = null;
        return taken;
    }

    /// Keeps the value of the entry that was just read in its frame, if it is wanted so and the frame can be
    /// pinned.
    boolean pin(BlockLoader loader) {
        PinOwner owner = pinOwner;
        if (owner == null || !ref.valid() || !loader.pin(ref, owner)) return false;
        pinned = new PinnedValue(ref.detach(), entry.value, entry.valueBytes);
        return true;
    }

    /// How many bytes of the value are wanted.
    int wantedBytes() {
        return switch (destination) {
            case NOWHERE -> 0;
            case NEW_ARRAY -> valueBytes;
            default -> Math.min(capacity, valueBytes);
        };
    }

    void found(long foundSequence, int foundValueBytes) {
        sequence = foundSequence;
        valueBytes = foundValueBytes;
    }

    /// Copies bytes of the value to `at` of the destination. They may turn out to be garbage and be overwritten.
    void copy(long from, int at, int bytes) {
        switch (destination) {
            case NOWHERE -> {}
            case ADDRESS -> Memory.copy(from, address + at, bytes);
            default -> {
                byte[] to = array;
                if (destination == NEW_ARRAY && (to == null || to.length != valueBytes)) {
                    to = new byte[valueBytes];
                    array = to;
                }
                if (to != null) Memory.copyOut(from, to, at, bytes);
            }
        }
    }

    /// Forgets an array handed out before, so that the next value gets its own.
    void begin() {
        if (destination == NEW_ARRAY) array = null;
    }
}
