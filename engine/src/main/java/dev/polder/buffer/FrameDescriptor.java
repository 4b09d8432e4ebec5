package dev.polder.buffer;

import dev.polder.buffer.eviction.Frames;
import dev.polder.memory.Memory;

/// The permanent 64 bytes that describe one granule of 4 KiB; a frame is described by those of its first
/// granule. They lie in the budget's metadata area, are zero when the engine opens, and are never reset after
/// that, whoever owns the granule.
///
///      0               8               16              24               32               36        40             64
///     ┌───────────────┬───────────────┬───────────────┬────────────────┬────────────────┬─────────┬──────────────┐
///     │ state         │ id            │ proof: crc32c,│ next, previous │ unit's class,  │ when it │ the policy's │
///     │               │               │ bytes, uses   │ free frame     │ recorded, ahead│ entered │              │
///     └───────────────┴───────────────┴───────────────┴────────────────┴────────────────┴─────────┴──────────────┘
///
///     state:  63 ─────────── version ─────────── 20 19 ── pins ── 8 7 ─ zeros ─ 2 1 phase 0
///
/// A granule that was never a frame has version 0. No frame ever has that, nor one whose low 36 bits are all the same:
/// so zeros in the place of a descriptor are no frame that somebody has seen, and [FrameSight] has a word for none.
///
/// The version is the highest field, so that its overflow leaves the word and touches nothing else. 44 bits:
/// a reader would have to sleep through some 2^44 changes of one frame to be deceived, 20 days at ten
/// million a second. Who may change what, and when: [BufferPool].
///
/// *Uses* are counted down: the byte says how many more the policy wants to hear of, so that 0 is what a hit hopes
/// for, whatever the policy. [#USES_ALL] stays as it is, for policies that want to hear of each.
final class FrameDescriptor {
    static final int BYTES = Frames.DESCRIPTOR_BYTES;
    static final int STATE = 0, ID = Frames.ID, PROOF = 16;
    static final int NEXT_FREE = 24, PREVIOUS_FREE = 28, UNIT_CLASS = 32, ENTERED = 36;

    /// Of the word at [#UNIT_CLASS].
    private static final long AHEAD_MASK = 0xffL << (8 * (Frames.AHEAD - UNIT_CLASS));

    /// Times of entry are in units of 2^20 ns, about a millisecond, and come round after 52 days.
    private static final int ENTERED_SHIFT = 20;

    /// Not (the first granule of) a frame of the pool.
    static final int NONE = 0;
    /// In the free list of its class.
    static final int FREE = 1;
    /// One loader writes into it; nobody else looks.
    static final int LOADING = 2;
    /// Holds the block named by id and proof.
    static final int RESIDENT = 3;

    static final int PINS_MAX = (1 << 12) - 1;
    static final long PIN = 1L << 8;
    static final long VERSION = 1L << 20;

    private static final long USES_ELSEWHERE = -1L >>> 8;

    /// In the place of a count: every use is wanted.
    static final int USES_ALL = Frames.USES_ALL;

    static final long PHASE_MASK = 3;
    private static final long VERSION_MASK = -VERSION;
    static final int VERSION_SHIFT = 20;

    /// So many bits of a frame's version are never all 0, and never all 1.
    static final int LOW_VERSION_BITS = 36;

    private static final long LOW_VERSION_MASK = (1L << (VERSION_SHIFT + LOW_VERSION_BITS)) - VERSION;

    private FrameDescriptor() {}

    static int phase(long state) {
        return (int) (state & PHASE_MASK);
    }

    static int pins(long state) {
        return (int) (state >>> 8) & PINS_MAX;
    }

    static boolean sameVersion(long a, long b) {
        return Long.compareUnsigned(a ^ b, VERSION) < 0;
    }

    /// Enough of the version to tell a frame's block from those that came soon after it.
    static int versionBits(long state) {
        return (int) (state >>> VERSION_SHIFT);
    }

    /// Whether it is of version 0, as in zeroed memory: no frame is.
    static boolean hasVersionZero(long state) {
        return state >>> VERSION_SHIFT == 0;
    }

    /// The same version without pins, in another phase.
    static long inPhase(long state, int phase) {
        return (state & VERSION_MASK) | phase;
    }

    /// The next version without pins, in another phase.
    static long nextVersion(long state, int phase) {
        long next = (state & VERSION_MASK) + VERSION;
        if (((next + VERSION) & LOW_VERSION_MASK) == 0) next += 2 * VERSION;
        return next | phase;
    }

    /// What must agree beside the id: the checksum of the block's handle and its decoded length. The highest byte is
    /// zero, as in the descriptor of a block whose uses need no counting; with others it is [#usesLeft].
    static long proof(int crc, int rawBytes) {
        return (crc & 0xffff_ffffL) | (long) rawBytes << 32;
    }

    /// A proof as it stands in a descriptor.
    static long described(long proof, int usesLeft) {
        return proof | (long) usesLeft << 56;
    }

    /// Whether a descriptor's proof is this, whatever its uses.
    static boolean provesTheSame(long described, long proof) {
        return (described ^ proof) << 8 == 0;
    }

    /// The proof in a descriptor, as handles give it.
    static long withoutUses(long described) {
        return described & USES_ELSEWHERE;
    }

    /// How many more uses the policy wants to hear of; or [#USES_ALL].
    static int usesLeft(long descriptor) {
        return Memory.getByte(descriptor + Frames.USES_LEFT);
    }

    /// A plain store: a lost one costs the policy one wrong guess.
    static void usesLeft(long descriptor, int left) {
        Memory.putByte(descriptor + Frames.USES_LEFT, (byte) left);
    }

    /// Whether the policy wants to see the frame's hits in their order.
    static boolean recorded(long descriptor) {
        return Memory.getByte(descriptor + Frames.RECORDED) != 0;
    }

    /// Whether the block was loaded ahead of its use, and still waits for it.
    static boolean ahead(long descriptor) {
        return Memory.getByte(descriptor + Frames.AHEAD) != 0;
    }

    /// Only for a frame that is not RESIDENT.
    static void ahead(long descriptor, boolean ahead) {
        Memory.putByte(descriptor + Frames.AHEAD, (byte) (ahead ? 1 : 0));
    }

    /// Ends the wait, by whoever uses the block or takes it away: of several at once one is told `true`. The bytes
    /// beside the mark are others', who store them alone; so the whole word is compared, and tried again.
    static boolean endAhead(long descriptor) {
        long word = descriptor + UNIT_CLASS;
        while (true) {
            long marked = Memory.getLongAcquire(word);
            if ((marked & AHEAD_MASK) == 0) return false;
            if (Memory.compareAndSetLong(word, marked, marked & ~AHEAD_MASK)) return true;
        }
    }

    /// Notes when the block became resident.
    static void entered(long descriptor, long nanos) {
        Memory.putInt(descriptor + ENTERED, (int) (nanos >>> ENTERED_SHIFT));
    }

    /// How long it has been, in steps of about a millisecond.
    static long ageNanos(long descriptor, long nanos) {
        int age = (int) (nanos >>> ENTERED_SHIFT) - Memory.getInt(descriptor + ENTERED);
        return Integer.toUnsignedLong(age) << ENTERED_SHIFT;
    }

    /// The class of the unit whose first granule this is, or -1.
    static int unitClass(long descriptor) {
        return Memory.getUnsignedByte(descriptor + UNIT_CLASS) - 1;
    }

    /// @param frameClass a class, or -1 when the unit leaves the pool
    static void unitClass(long descriptor, int frameClass) {
        Memory.putByte(descriptor + UNIT_CLASS, (byte) (frameClass + 1));
    }
}
