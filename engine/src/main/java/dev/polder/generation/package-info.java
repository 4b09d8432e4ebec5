/// What was written and is not merged yet: per store a few generations, each an ordered, multi-version index per
/// space.
///
///     payload ──reserve──▶ (logged) ──apply──▶ [ Generation ]  space 1: ring of entries + search structure
///                 │                                 │          space 2: …
///                 ▼                                 ▼
///          [ ChunkAllocator ] 4–64 KiB ◀──── [ EntryArena ]    released as a whole
///
/// **Words.** A *payload* is the bytes of a batch, as they are logged. An *entry* is one version of one key, in a
/// *chunk*. The *ring* links all entries of a space in order: key ascending, then sequence descending.
///
/// **Always true.** (1) `reserve` leases what `apply` needs, so `apply` cannot fail. (2) An entry does not move or
/// change until its generation is released. (3) A reader finds every entry up to the visible sequence it took,
/// whatever the writer does meanwhile.
///
/// **Threads.** One writer per generation (under its store's commit mutex), any number of readers without locks;
/// [SpaceIndex] states the protocol. [ChunkAllocator] is shared by all stores of an engine. **Start reading at**
/// [Generation], then [SpaceIndex].
@NullMarked
package dev.polder.generation;

import org.jspecify.annotations.NullMarked;
