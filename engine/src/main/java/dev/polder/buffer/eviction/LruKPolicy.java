package dev.polder.buffer.eviction;

import dev.polder.memory.Memory;
import dev.polder.memory.PolicyArea;

/// LRU-K with K = 2: the block whose second last use is longest ago goes; one used once before all others, the
/// oldest of them first. (O'Neil, O'Neil, Weikum: "The LRU-K page replacement algorithm for database disk
/// buffering", SIGMOD 1993, without correlated references.) The last use of a block that is gone is remembered,
/// for as many as there are frames.
///
/// The order is a binary heap of frames; a frame's notes are { last use, second last use, list, place in the heap
/// }.
final class LruKPolicy implements EvictionPolicy {
    private static final int LAST_USE = 0, SECOND_LAST_USE = 8, PLACE = Frames.LAST;
    private static final int FRAMES_PER_UNIT = 16, PLACES_PER_UNIT = 16 + 4 + 1;
    static final PolicyArea AREA = new PolicyArea(FRAMES_PER_UNIT * GhostTable.BYTES + PLACES_PER_UNIT * 4, 0);

    private final Frames frames;
    private final GhostTable ghosts;
    private final NodeList gone;
    private final long[] heaps = new long[Frames.CLASSES];
    private final int[] sizes = new int[Frames.CLASSES];
    private long now = 1;
    private long ghostHits;

    LruKPolicy(Frames frames, long area) {
        this.frames = frames;
        ghosts = new GhostTable(area, frames.count());
        gone = new NodeList(ghosts);
        long at = area + (long) frames.count() * GhostTable.BYTES;
        for (int c = 0; c < Frames.CLASSES; c++) {
            heaps[c] = at;
            at += (long) (frames.count() >> (2 * c)) * 4;
        }
    }

    @Override
    public void hit(int frame, int frameClass) {
        long notes = frames.notes(frame);
        Memory.putLong(notes + SECOND_LAST_USE, Memory.getLong(notes + LAST_USE));
        Memory.putLong(notes + LAST_USE, now++);
        sink(frameClass, Memory.getInt(notes + PLACE), frame);
    }

    @Override
    public void admitted(int frame, int frameClass, long id) {
        long notes = frames.notes(frame);
        long before = 0;
        int ghost = ghosts.find(id);
        if (ghost >= 0) {
            ghostHits++;
            before = Math.max(0, now - Integer.toUnsignedLong((int) now - ghosts.stamp(ghost)));
            forget(ghost);
        }
        Memory.putLong(notes + SECOND_LAST_USE, before);
        Memory.putLong(notes + LAST_USE, now++);
        rise(frameClass, sizes[frameClass]++, frame);
    }

    @Override
    public void evicted(int frame, int frameClass, long id) {
        int place = Memory.getInt(frames.notes(frame) + PLACE);
        int moved = frame(frameClass, --sizes[frameClass]);
        if (moved != frame) {
            rise(frameClass, place, moved);
            sink(frameClass, Memory.getInt(frames.notes(moved) + PLACE), moved);
        }
        if (ghosts.find(id) >= 0) return;
        while (gone.count() > 0 && (ghosts.full() || gone.count() >= sizes[0] + sizes[1] + sizes[2]))
            forget(gone.last());
        if (ghosts.full()) return;
        int ghost = ghosts.add(id);
        ghosts.stamp(ghost, (int) Memory.getLong(frames.notes(frame) + LAST_USE));
        gone.addFirst(ghost);
    }

    /// A pinned block counts as just used.
    @Override
    public int victim(int frameClass, long id) {
        for (int examined = Math.min(sizes[frameClass], FRAMES_EXAMINED_MAX); examined > 0; examined--) {
            int frame = frame(frameClass, 0);
            if (frames.evictable(frame)) return frame;
            hit(frame, frameClass);
        }
        return -1;
    }

    @Override
    public boolean wanted(int frame) {
        return Memory.getLong(frames.notes(frame) + SECOND_LAST_USE) != 0;
    }

    private boolean goesBefore(int a, int b) {
        long secondA = Memory.getLong(frames.notes(a) + SECOND_LAST_USE);
        long secondB = Memory.getLong(frames.notes(b) + SECOND_LAST_USE);
        if (secondA != secondB) return secondA < secondB;
        return Memory.getLong(frames.notes(a) + LAST_USE) < Memory.getLong(frames.notes(b) + LAST_USE);
    }

    private void rise(int frameClass, int from, int frame) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) / 2;
            int above = frame(frameClass, parent);
            if (!goesBefore(frame, above)) break;
            put(frameClass, place, above);
            place = parent;
        }
        put(frameClass, place, frame);
    }

    private void sink(int frameClass, int from, int frame) {
        int place = from;
        int size = sizes[frameClass];
        while (2 * place + 1 < size) {
            int child = 2 * place + 1;
            if (child + 1 < size && goesBefore(frame(frameClass, child + 1), frame(frameClass, child))) child++;
            int below = frame(frameClass, child);
            if (!goesBefore(below, frame)) break;
            put(frameClass, place, below);
            place = child;
        }
        put(frameClass, place, frame);
    }

    private int frame(int frameClass, int place) {
        return Memory.getInt(heaps[frameClass] + 4L * place);
    }

    private void put(int frameClass, int place, int frame) {
        Memory.putInt(heaps[frameClass] + 4L * place, frame);
        Memory.putInt(frames.notes(frame) + PLACE, place);
    }

    private void forget(int ghost) {
        gone.remove(ghost);
        ghosts.remove(ghost);
    }

    @Override
    public int blocks(int frameClass) {
        return sizes[frameClass];
    }

    @Override
    public PolicyMetrics metrics() {
        return PolicyMetrics.of(Eviction.LRU_K, 0, 0, ghostHits);
    }
}
