/// How bytes are found: sorted runs, the immutable files that an LSM tree is made of.
///
///     generations ─┐                                            ┌─▶ Run ──▶ get, RunCursor   (through the pool)
///                  ├─▶ Merge ──▶ RunWriter ──▶ run file ──▶ Section
///     runs ────────┘      ▲                                     └─▶ RunScanner, RunVerifier  (past the pool)
///                         └── what to merge: LevelPicker
///
/// **Words.** A *run* is a sorted sequence of entries, all versions of a key together, the newest first. A
/// *section* is a run in a file: a static tree of *data blocks* under *index blocks*, whose lowest level are the
/// *leaves*; each leaf has a *filter*, which knows most absent keys. A level-0 file has one section per space,
/// all others have one.
///
/// **Always true.** (1) A block is reached only by the handle its parent holds, with its checksum; the manifest
/// holds the root's. (2) Entries ascend by key and, within a key, descend by sequence. (3) A run never changes.
/// (4) Whatever garbage an optimistic reader finds in a frame, its search ends and stays inside the block. (5) A
/// merge changes what no snapshot sees, nothing else.
///
/// **Sights.** A run keeps where its root, the root's children and their filters were seen last ([BlockSights]): all
/// look-ups come by them, and find them there by a frame's version alone.
///
/// **Read-ahead.** A cursor has a [ReadAhead], which sees one level: it brings in what a scan comes to next, into the
/// next run, and what [Strides] expect. A compaction reads ahead past the pool, into its own memory ([ScanFront]).
///
/// **Threads.** Runs are shared by all; scratches, cursors, scanners, writers and merges belong to one thread
/// each.
///
/// **Start reading at** [DataBlock] and [IndexBlock], then [Run#get]; for merges at [Merge].
@NullMarked
package dev.polder.run;

import org.jspecify.annotations.NullMarked;
