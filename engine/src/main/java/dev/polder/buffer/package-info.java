/// Which blocks are near: the one buffer pool of an engine.
///
///     find ──▶ hint, else page table ──▶ descriptor: resident? id? proof? ──▶ read the bytes ──▶ same version? true
///       │ no                                                                                       │ no: again, or pin
///       └──▶ loader (room `block`): read, verify ──▶ allocate a frame ──▶ decode ──▶ publish
///
/// **Words.** A *unit* is 64 KiB leased from the budget; it is carved into *frames* of one *class* (4, 16 or 64
/// KiB). A *block* is what a frame holds. *Free*, *loading*, *resident*: the phases of a frame. A *pin* keeps a
/// block in its frame. A *stamp* is the state of a frame when it was found; its *version* never comes back. A
/// *hint* is the pool's guess where a block is; a *sight* is its holder's, and holds while the version does.
/// **Always true.** (1) A frame holds clean, immutable, verified bytes, so eviction never writes. (2) A hit takes
/// no lock, makes no object, and writes its frame's line only while the policy counts. (3) Bytes of a frame change
/// only after its version did. (4) Pins hold at most `PINNED_PERCENT` of all units, a quarter by default. (5) No search
/// for a frame is unbounded; finding none is an answer. **Threads.** Any number read and load; changes take turns
/// under one mutex, never during I/O. **Start reading at** [BufferPool], then [FrameDescriptor], [PageTable],
/// [PoolUnits]; the room `dev.polder.buffer.eviction` decides who goes.
@NullMarked
package dev.polder.buffer;

import org.jspecify.annotations.NullMarked;
