package dev.polder.buffer.eviction;

/// Which block goes when room is needed. Frames are numbers; a frame's class is the size of its bytes, and classes
/// do not compete here: the pool moves units between them.
///
/// A hit counts as a use of the frame by a plain store, up to [Eviction#usesMax], so that the line of a hot block
/// stays shared; the policy takes the count away when it wants to know. A policy that must see hits in their order
/// gets all of them ([Eviction#recordsHits]), or asks for those of a frame by [Frames#record]: readers then gather
/// them in batches, and a batch may be lost.
///
/// Everything here is called under the pool's mutex. A policy only proposes: the pool takes a frame by
/// compare-and-set on its state, and asks again if somebody has just pinned it.
public interface EvictionPolicy {
    /// By one walk over a list. A cold descriptor costs about 0.1 µs, so a walk takes some 13 µs at most. A search for
    /// a frame, under one hold of the mutex, may ask for 8 victims if one after the other is pinned just then, of a
    /// policy that may walk over two lists for each, and look at 8 × 8 units of two classes after that.
    int FRAMES_EXAMINED_MAX = 128;

    /// A recorded hit. The block was there when it was recorded, and is still.
    void hit(int frame, int frameClass);

    /// A block has just been loaded into the frame; its count of uses is 0.
    void admitted(int frame, int frameClass, long id);

    /// The block `id`, just admitted or to come, takes the place of `former`: what is remembered of that one's
    /// uses holds for it too.
    ///
    /// @param uses of the former, counted in its frame and not taken from there yet
    default void inherited(long id, long former, int uses) {}

    /// The block has left the frame: proposed here, replaced, or together with its whole unit.
    void evicted(int frame, int frameClass, long id);

    /// The next frame of the class to give up, for the block `id`; or -1 if none was found with bounded effort.
    int victim(int frameClass, long id);

    /// Whether the policy would rather keep the block: units with few of these are given up first.
    boolean wanted(int frame);

    /// Whether the block was used since it came, as far as is known.
    default boolean used(int frame) {
        return wanted(frame);
    }

    /// How many blocks of the class it knows: those that are resident.
    int blocks(int frameClass);

    PolicyMetrics metrics();
}
