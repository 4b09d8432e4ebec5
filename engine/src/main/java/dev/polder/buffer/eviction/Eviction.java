package dev.polder.buffer.eviction;

import dev.polder.memory.PolicyArea;

/// The policies there are, and how much metadata each takes beside the 24 bytes of a frame's descriptor.
public enum Eviction {
    /// A hand goes round; what was used is spared.
    CLOCK(PolicyArea.NONE, ClockPolicy.USES_MAX),
    /// A small queue on probation, a main one, and ghosts.
    S3_FIFO(ghosts(1), ClockPolicy.USES_MAX),
    /// A window, a main part that only the more frequent enters, and shadows that choose the window.
    WINDOW_TINY_LFU(WindowTinyLfuPolicy.AREA, FrequencySketch.FREQUENCY_MAX),
    /// Least recently used.
    LRU(PolicyArea.NONE, Frames.USES_ALL),
    /// The block whose second last use is longest ago.
    LRU_K(LruKPolicy.AREA, Frames.USES_ALL),
    /// A queue for new blocks, ghosts, and an LRU of those that came back.
    TWO_Q(ghosts(1), Frames.USES_ALL),
    /// Recency and frequency, balanced by two lists of ghosts.
    ARC(ghosts(1), Frames.USES_ALL),
    /// By the recency of the last but one use, kept for resident and gone blocks alike.
    LIRS(ghosts(LirsPolicy.GHOSTS_PER_FRAME), Frames.USES_ALL);

    /// What an engine uses if it is not told otherwise.
    public static final Eviction DEFAULT = WINDOW_TINY_LFU;

    private static final int FRAMES_PER_UNIT = 16;

    private final int bytesPerUnit;
    private final int fixedBytes;
    private final int usesMax;

    Eviction(PolicyArea area, int usesMax) {
        bytesPerUnit = area.bytesPerUnit();
        fixedBytes = area.fixedBytes();
        this.usesMax = usesMax;
    }

    /// The metadata area it needs: part of the memory equation.
    public PolicyArea area() {
        return new PolicyArea(bytesPerUnit, fixedBytes);
    }

    /// Uses of a frame are counted up to this, and those beyond are nobody's concern; or [Frames#USES_ALL]: none is
    /// counted, and each is recorded.
    public int usesMax() {
        return usesMax;
    }

    /// Whether every hit is recorded.
    public boolean recordsHits() {
        return usesMax == Frames.USES_ALL;
    }

    /// A policy over these frames, with the area's bytes, zeroed, at an address.
    public EvictionPolicy open(Frames frames, long address) {
        return switch (this) {
            case CLOCK -> new ClockPolicy(frames);
            case S3_FIFO -> new S3FifoPolicy(frames, new GhostTable(address, frames.count()));
            case WINDOW_TINY_LFU -> new WindowTinyLfuPolicy(frames, address);
            case LRU -> new LruPolicy(frames);
            case LRU_K -> new LruKPolicy(frames, address);
            case TWO_Q -> new TwoQPolicy(frames, new GhostTable(address, frames.count()));
            case ARC -> new ArcPolicy(frames, new GhostTable(address, frames.count()));
            case LIRS -> new LirsPolicy(frames, new GhostTable(address, LirsPolicy.GHOSTS_PER_FRAME * frames.count()));
        };
    }

    private static PolicyArea ghosts(int perFrame) {
        return new PolicyArea(perFrame * FRAMES_PER_UNIT * GhostTable.BYTES, 0);
    }
}
