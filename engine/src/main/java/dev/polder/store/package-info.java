/// One store, moved forward by one edit at a time: commits come in, merges and compactions turn them into runs,
/// readers see versions.
///
///     commit ──▶ [Committer]: log ▸ active generation ▸ visible          readers ──▶ [ReadSlots] ▸ [Version]
///                     │ seal                                                             ▲
///                     ▼                                                                  │ install
///                [Merger]: generations ─▶ level 0 ──▶ one edit of the [Manifest] ────────┤
///                    ▲ large batches, as files: [Spills]                                 │
///                [Compactor]: runs ─▶ runs ─────────▶ one edit of the [Manifest] ────────┘
///
/// **Words.** A *version* is what readers see: generations and runs, immutable. *Visible* is the newest sequence they
/// may see. `F`, the *flushed sequence*, is the newest that is in runs, with all before it. An *edit* moves the whole
/// store. An *epoch* of the log is one open of the store; a *read epoch* is something else: see [ReadSlots].
///
/// **Always true.** (1) What is on disk and reachable is never overwritten. (2) After a power cut the store is a
/// prefix of the commits, each whole, with all that were acknowledged as durable. (3) Visible never passes an
/// unsynced SYNCED commit. (4) Nothing a reader may see goes away: generations and files are retired, and released
/// when the readers of before have left. (5) A refused write has changed nothing.
///
/// **Room on the device.** [SpaceReserve] refuses ordinary writes while there is just enough left for what gives room
/// back.
///
/// **Threads.** Writers take [Committer]'s mutex; readers take none; one task merges, others compact, for all stores
/// of the engine ([WorkQueue]). Order of locks: catalog, committer, leaves.
///
/// **Start reading at** [StoreCore], then [Catalog], [Committer], [Merger], [Recovery].
@NullMarked
package dev.polder.store;

import org.jspecify.annotations.NullMarked;
