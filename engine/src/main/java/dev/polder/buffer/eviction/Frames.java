package dev.polder.buffer.eviction;

import dev.polder.memory.Memory;

/// What a policy sees of the frames: their part of the 64-byte descriptors, and whether a frame may be given up.
///
///      23             34         35        40               48               56              57              64
///     ┌──────┐       ┌──────────┬───────┐ ┌────────────────┬────────────────┬───────┬───────────────────────┐
///     │ uses │       │          │       │ │                │                │       │                       │
///     │ left │   …   │ recorded │ ahead │ │ next, previous │ the policy's   │ list  │ the policy's          │
///     └──────┘       └──────────┴───────┘ └────────────────┴────────────────┴───────┴───────────────────────┘
///
/// `uses left` is the only byte that readers write, by plain stores: a lost one costs one wrong guess. It is the
/// highest of the proof's eight, and counts down to 0, so that a reader compares both at once.
public final class Frames {
    public static final int DESCRIPTOR_BYTES = 64;
    public static final int ID = 8, USES_LEFT = 23, RECORDED = 34, AHEAD = 35;

    /// Where the policy's own 24 bytes begin, and what is where in them.
    static final int NOTES = 40, NOTES_BYTES = 24, MORE = 8, LIST = 16, COUNT = 17, LAST = 20;

    /// In the place of the uses left: all are wanted, and none is counted.
    public static final int USES_ALL = -1;

    /// How many classes of frames there are.
    static final int CLASSES = 3;

    /// Whether a frame holds a block that nobody pins.
    public interface Evictable {
        boolean test(int frame);
    }

    private final long descriptors;
    private final int count;
    private final int usesMax;
    private final Evictable evictable;

    /// @param descriptors address of the descriptor of frame 0
    /// @param count       how many there are
    /// @param usesMax     [Eviction#usesMax] of the policy that sees them
    public Frames(long descriptors, int count, int usesMax, Evictable evictable) {
        this.descriptors = descriptors;
        this.count = count;
        this.usesMax = usesMax;
        this.evictable = evictable;
    }

    int count() {
        return count;
    }

    boolean evictable(int frame) {
        return evictable.test(frame);
    }

    long id(int frame) {
        return Memory.getLong(descriptor(frame) + ID);
    }

    int uses(int frame) {
        return usesMax - Memory.getByte(descriptor(frame) + USES_LEFT);
    }

    void uses(int frame, int uses) {
        Memory.putByte(descriptor(frame) + USES_LEFT, (byte) (usesMax - uses));
    }

    /// The uses since the last call.
    int takeUses(int frame) {
        int taken = uses(frame);
        if (taken != 0) uses(frame, 0);
        return taken;
    }

    /// From now on hits of the frame are recorded (as long as its uses count), or not.
    void record(int frame, boolean recorded) {
        Memory.putByte(descriptor(frame) + RECORDED, (byte) (recorded ? 1 : 0));
    }

    /// Whether the frame's block was loaded ahead of its use, and still waits for it.
    boolean ahead(int frame) {
        return Memory.getByte(descriptor(frame) + AHEAD) != 0;
    }

    /// The address of the frame's notes.
    long notes(int frame) {
        return descriptor(frame) + NOTES;
    }

    int list(int frame) {
        return Memory.getByte(notes(frame) + LIST);
    }

    void list(int frame, int list) {
        Memory.putByte(notes(frame) + LIST, (byte) list);
    }

    /// A small number the policy keeps for the frame.
    int counter(int frame) {
        return Memory.getByte(notes(frame) + COUNT);
    }

    void counter(int frame, int count) {
        Memory.putByte(notes(frame) + COUNT, (byte) count);
    }

    private long descriptor(int frame) {
        return descriptors + (long) frame * DESCRIPTOR_BYTES;
    }
}
