/// What a block is, and its proof: handles, codecs, and the one loader from disk bytes to a frame.
///
///     parent ──handle──▶ { offset, codec, storedBytes, rawBytes, crc32c } ──locate──▶ BlockRef ──▶ decoded bytes
///
/// **Words.** A *block* is at most 64 KiB decoded, immutable once written, at an offset that is a multiple of 8.
/// *Stored* bytes are as on disk, *raw* ones decoded. A *handle* is how a parent reaches it. To *locate* a block is
/// to point a [BlockRef] at it; a *bypass* is a copy in a *staging slot*, when the pool has no frame. A block is
/// *hot* in a frame, *warm* as a compressed image ([WarmBlocks], if the budget has a share for it), and *cold* on the
/// device. A *batch* is blocks that are wanted together, ahead of need or for many look-ups at once; it is a wish.
/// What merges and compactions write anew under another name is brought back by [BlockKeeper]. **Always true.** (1)
/// No byte is served that was not verified against the handle it was reached by; a *sight* of a block, which its
/// holder may keep, is of one that was. (2) A block is being read at most once at a time. (3) A reader holds at most
/// one located block; views hold pins. (4) Nothing here fails for want of memory, or because a thread was
/// interrupted. **Threads.** Up to four threads load batches in the background, several at once each ([Prefetcher],
/// [AheadReads]). A [BlockRef] and a [BlockBatch] belong to one reader each; [BlockLoader] and [Codecs] to all.
/// **Start reading at** [BlockLoader], then [BlockRef], [Handle] and [StagingSlots].
@NullMarked
package dev.polder.block;

import org.jspecify.annotations.NullMarked;
