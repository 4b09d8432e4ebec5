package dev.polder.log;

import org.jspecify.annotations.Nullable;

/// The hole rule: what it means that no valid next group follows a place. Decided here and nowhere else.
///
/// A *hole* is the LSN after the last group of the chain: neither there, nor at the next block boundary, nor at the
/// start of the next segment is there a valid group with the next sequence. Either nothing was written there, or it
/// was and never reached the device (the log ends, as it should after a crash), or it was acknowledged as durable and
/// is gone (corruption: nothing may be served). Groups *behind* the hole do not tell these apart: a device writes in
/// any order, so after a power cut a valid group may well follow one that was lost. What tells is proof that a sync
/// had passed the hole:
///
/// | the manifest says   | a group behind the hole says | so the hole is                                    |
/// |---------------------|------------------------------|---------------------------------------------------|
/// | ended at the hole   | (nobody looks)               | the end                                           |
/// | ended elsewhere     | (nobody looks)               | corruption: before the end all must be valid      |
/// | open, synced > hole | (nobody looks)               | corruption                                        |
/// | open, synced ≤ hole | `syncedLsn` > hole           | corruption                                        |
/// | open, synced ≤ hole | it lies *at* the hole        | corruption: valid, not the next; no writer does so |
/// | open, synced ≤ hole | none of these, or no group   | the end                                           |
///
/// What lies behind an end was never acknowledged as durable. The manifest edit that ends the epoch there, before
/// anyone is served, buries it for ever.
///
/// The proofs are those of the same epoch only: [GroupFormat] rule (4) makes all others invalid. What remains without
/// proof is damage to what was synced after the last group that could tell of it: the honest exception of the fourth
/// promise. A clean close leaves none, because the manifest then says where the epoch ended.
final class LogTail {
    private LogTail() {}

    /// A valid group of the same epoch at or behind a hole.
    record Witness(long lsn, long firstSequence, long syncedLsn) {}

    /// Why the chain cannot end at `hole`, or null if this is its end.
    ///
    /// @param witness of the groups behind the hole, the one that knows most; null if there is none
    static @Nullable String whyNotTheEnd(EpochRange range, long hole, @Nullable Witness witness) {
        if (range.ended()) {
            if (range.lsn() == hole) return null;
            return "the log of epoch %d breaks off at %s, and the manifest says that it ends at %s"
                    .formatted(range.epoch(), Lsn.toString(hole), Lsn.toString(range.lsn()));
        }
        if (range.lsn() > hole) {
            return "the log of epoch %d breaks off at %s, and the manifest says that it was synced up to %s"
                    .formatted(range.epoch(), Lsn.toString(hole), Lsn.toString(range.lsn()));
        }
        if (witness == null) return null;
        if (witness.syncedLsn() > hole) {
            return "the log of epoch %d breaks off at %s, and the later group at %s says that it was synced up to %s"
                    .formatted(
                            range.epoch(),
                            Lsn.toString(hole),
                            Lsn.toString(witness.lsn()),
                            Lsn.toString(witness.syncedLsn()));
        }
        if (witness.lsn() == hole) {
            return "the valid group at %s begins with sequence %d, which is not the next"
                    .formatted(Lsn.toString(hole), witness.firstSequence());
        }
        return null;
    }
}
