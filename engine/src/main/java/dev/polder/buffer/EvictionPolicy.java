package dev.polder.buffer;

/// Which block goes when room is needed. Frames and units are numbers; a policy keeps what it knows in its 24
/// bytes of the frame's descriptor and makes no objects per block.
///
/// Every frame has a mark that says its block was used. A hit sets it by a plain store, only if it is not
/// set, so that the line stays shared; then it calls [#touched]. The policy takes the mark away when it wants
/// to know again.
///
/// [#touched] is called by any thread, without a lock; everything else under the pool's mutex. A policy only
/// proposes: the pool takes a frame by compare-and-set on its state, and asks again if somebody has just
/// pinned it.
interface EvictionPolicy {
    /// The block was used for the first time since its mark was taken away.
    void touched(int frame);

    /// A block has just been loaded into the frame; its mark is not set.
    void admitted(int frame);

    /// The pool carved a unit into frames of a class.
    void unitAdded(int unit, int frameClass);

    /// The unit holds no block any more and leaves the class.
    void unitRemoved(int unit, int frameClass);

    /// The next frame of the class to give up, or -1 if none was found with bounded effort.
    int victim(int frameClass);

    /// The next unit of the class to give up as a whole, or -1 if none was found with bounded effort.
    int victimUnit(int frameClass);
}
