/// Which block goes when room is needed: eight policies behind one interface.
///
///     hit ──▶ the frame's count of uses (a saturating byte) ─────────────┐
///      └────▶ the reader's batch of 16 ── when full, or at a miss ──▶ hit(frame)  ── CLOCK, S3-FIFO, windowed
///     miss ─▶ victim(class, id) ─▶ evicted(frame) ─▶ admitted(frame) ────┘           TinyLFU need no batch
///
/// **Words.** A policy *proposes* a victim; the pool takes it, or asks again if somebody has just pinned it. A
/// *ghost* is what is remembered of a block that is gone: its id and its place in a list. A *shadow* is a cache of
/// ghosts only, fed with a sample of the uses, that answers "what if".
/// **Always true.** (1) A policy keeps what it knows in 24 bytes of each frame's descriptor and in the area that
/// [Eviction#area] names, which is part of the memory equation; it makes no object per block. (2) All is called
/// under the pool's mutex. (3) A search for a victim looks at [EvictionPolicy#FRAMES_EXAMINED_MAX] frames at most,
/// and pinned ones it met do not stand in the way of the next.
/// **Start reading at** [EvictionPolicy], then [ClockPolicy], then [WindowTinyLfuPolicy], the default.
@NullMarked
package dev.polder.buffer.eviction;

import org.jspecify.annotations.NullMarked;
