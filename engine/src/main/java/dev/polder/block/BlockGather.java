package dev.polder.block;

import dev.polder.buffer.FrameRef;
import dev.polder.disk.DiskBatch;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Blocks that many look-ups lack, read at once while the look-ups go on: who comes to a block that is not in the
/// pool asks for it and turns to another look-up; when a block has come, the look-up that lacked it goes on.
///
///     ask ask … ──16 together, or next()──▶ [ a part: one staging slot ] ──reads of all parts at once──▶ pool
///     next() ──▶ some have come: came(id)
///
/// **Best effort**, as [BatchLoader]: [#came] means that there is nothing left to wait for, not that the block is
/// there. Whoever does not find it then asks again, or reads it for himself, after [#close].
///
/// **Blocks that others are loading** are left to them, and the rest is read meanwhile. They come when the others
/// have ended.
///
/// **Nobody waits for us for ever, nor we for others.** From the first [#ask] to [#close] this may hold staging
/// slots that others wait for, so its owner must not wait for a slot meanwhile: it looks for blocks by
/// [BlockLoader#locatePresent] only. Here too others, or a slot, are waited for only when none is held: while there is
/// one, the device is what is waited for. So of all who hold slots none waits for another. A look-up of a block that
/// is in one of the parts waits for the part, as for any batch.
///
/// Used by one thread, soon closed.
public final class BlockGather implements AutoCloseable {
    /// As many blocks of 4 KiB that begin anywhere as a slot holds; half of what look-ups lack.
    private static final int PART_BLOCKS = 16;
    /// The first part is smaller, so that the device begins while the look-ups do.
    private static final int FIRST_BLOCKS = 8;
    private static final int BLOCKS_MAX = BlockBatch.BLOCKS_MAX;

    private final BatchLoader loader;
    private final Lane lane;
    private final FrameRef ref = new FrameRef();

    private final List<Part> free = new ArrayList<>();
    /// Those that have no slot yet; the last takes more.
    private final List<Part> filled = new ArrayList<>();
    private final List<Part> reading = new ArrayList<>(StagingSlots.SLOTS_MAX); // room for all: no slot is lost
    private @Nullable DiskBatch reads;
    private final @Nullable Part[] partOf = new Part[BLOCKS_MAX];
    private final int[] requestOf = new int[BLOCKS_MAX];
    /// What was left out of a part, mostly because others were loading it.
    private final long[] elsewhere = new long[BLOCKS_MAX];
    private int elsewheres;

    /// What came of the last [#next], and what it will tell the next time.
    private final long[] came = new long[BLOCKS_MAX];
    private int comes;
    private final long[] arrived = new long[BLOCKS_MAX];
    private int arrivals;

    BlockGather(BatchLoader loader, Lane lane) {
        this.loader = loader;
        this.lane = lane;
    }

    private static final class Part {
        private final BlockBatch batch = new BlockBatch();
        private @Nullable StagingSlot slot;
        private int underWay;
    }

    /// Asks for a block, at the latest with [#next]. Returns its id, for [#came].
    public long ask(DiskFile file, long offset, int stored, int raw, int codec, int crc) {
        long id = BlockId.of(file, offset);
        if (isAsked(id)) return id;
        Part part = filled.isEmpty() ? newPart() : filled.getLast();
        if (isFull(part) || !part.batch.add(file, offset, stored, raw, codec, crc)) {
            part = newPart();
            part.batch.add(file, offset, stored, raw, codec, crc);
        }
        startAll(isFull(part) ? 0 : 1);
        return id;
    }

    private boolean isFull(Part part) {
        return part.batch.count() >= (reads == null ? FIRST_BLOCKS : PART_BLOCKS);
    }

    private Part newPart() {
        Part part = free.isEmpty() ? new Part() : free.removeLast();
        filled.add(part);
        return part;
    }

    private boolean isAsked(long id) {
        for (int i = 0; i < filled.size(); i++) if (filled.get(i).batch.contains(id)) return true;
        for (int i = 0; i < reading.size(); i++) if (reading.get(i).batch.contains(id)) return true;
        for (int i = 0; i < elsewheres; i++) if (elsewhere[i] == id) return true;
        return false;
    }

    /// Waits until some more of the blocks have come; `false` if there are none.
    public boolean next() {
        startAll(0);
        do {
            if (elsewheres > 0) lookElsewhere(false);
        } while (arrivals == 0 && awaitSome());
        System.arraycopy(arrived, 0, came, 0, arrivals);
        comes = arrivals;
        arrivals = 0;
        return comes > 0;
    }

    /// `false` if there is nothing to wait for. Others are waited for only when no slot is held.
    private boolean awaitSome() {
        if (!reading.isEmpty()) awaitOne();
        else if (!filled.isEmpty()) start(filled.getFirst(), true);
        else if (elsewheres > 0) lookElsewhere(true);
        else return false;
        return true;
    }

    /// Whether a block was among those of the last [#next].
    public boolean came(long id) {
        for (int i = 0; i < comes; i++) if (came[i] == id) return true;
        return false;
    }

    private void awaitOne() {
        DiskBatch under = reads;
        int number = under == null ? -1 : under.next();
        Part part = number < 0 ? null : partOf[number];
        if (under == null || part == null) throw new IllegalStateException("request " + number + " is of no part");
        partOf[number] = null;
        int request = requestOf[number];
        loader.publishAll(part.batch, request, loader.result(under, number), slot(part), ref);
        for (int i = part.batch.firstOf(request); i < part.batch.firstOf(request + 1); i++) arrive(part.batch.id(i));
        if (--part.underWay == 0) end(part);
    }

    /// Tells of those that others have ended with.
    private void lookElsewhere(boolean await) {
        int loading = loader.stillLoading(elsewhere, elsewheres, await);
        while (elsewheres > loading) arrive(elsewhere[--elsewheres]);
    }

    private void arrive(long id) {
        if (arrivals < arrived.length) arrived[arrivals++] = id;
    }

    /// Starts the parts that a slot can be had for, oldest first, but for so many of the last.
    private void startAll(int but) {
        while (filled.size() > but) {
            Part part = filled.getFirst();
            if (roomInReads() < part.batch.count() || !start(part, false)) return;
        }
    }

    private int roomInReads() {
        return reads == null ? BLOCKS_MAX : reads.room();
    }

    /// `false` if there is no slot to spare.
    ///
    /// @param await waits for one; for who holds none
    private boolean start(Part part, boolean await) {
        BlockBatch batch = part.batch;
        StagingSlot slot = await ? loader.claim(batch) : loader.tryClaim(batch);
        noteLeftOut(batch);
        if (slot == null && batch.count() > 0) return false;
        filled.remove(part);
        if (slot == null) {
            free.add(part);
            return true;
        }
        part.slot = slot;
        reading.add(part);
        part.underWay = 0;
        int requests = loader.prepare(batch, ref);
        noteLeftOut(batch);
        DiskBatch under = reads;
        if (under == null && requests > 0) {
            under = batch.fileOf(0).disk().batch(lane, BLOCKS_MAX);
            reads = under;
        }
        for (int request = 0; under != null && request < requests; request++) {
            int number = loader.ask(under, batch, request, slot);
            partOf[number] = part;
            requestOf[number] = request;
            part.underWay++;
        }
        if (part.underWay == 0) end(part);
        else if (under != null) under.submit();
        return true;
    }

    private void end(Part part) {
        loader.free(slot(part));
        part.slot = null;
        part.batch.clear();
        reading.remove(part);
        free.add(part);
    }

    /// Those that nobody is loading come with the next look.
    private void noteLeftOut(BlockBatch batch) {
        while (batch.hasLeftOut()) {
            long id = batch.takeLeftOut();
            if (elsewheres < elsewhere.length) elsewhere[elsewheres++] = id;
            else arrive(id);
        }
    }

    private static StagingSlot slot(Part part) {
        StagingSlot slot = part.slot;
        if (slot == null) throw new IllegalStateException("a part that is read has no slot");
        return slot;
    }

    /// Waits for what is under way and forgets it: afterwards no slot is held.
    @Override
    public void close() {
        DiskBatch ending = reads;
        reads = null;
        filled.clear();
        try {
            if (ending != null) ending.close();
        } finally {
            while (!reading.isEmpty()) end(reading.getLast());
        }
    }
}
