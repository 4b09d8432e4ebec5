/// The write-ahead log: what was acknowledged is here before anyone relies on it.
///
///     prepare, append ──▶ tail segment ──full──▶ segments ──merged──▶ spare, or deleted
///          │                   ▲                    │
///          └──▶ sync           └── made ahead       └── replay, after a crash ──▶ generations
///
/// **Words.** A *group* is what one commit logs: one or more operations, whole or not at all. A *segment* is a file
/// of groups. An *LSN* is a byte position in the log ([Lsn]). An *epoch* is the time from one open of the store to
/// the next; each writes segments of its own. *Synced* means at or below `syncedLsn`: durable. *Flushed* means at or
/// below the sequence `F`: in runs, not needed here. The *hole* is the place where the chain of groups breaks off.
///
/// **Always true.** (1) `syncedLsn ≤ appendLsn`. (2) Sequences leave no gap from group to group. (3) No block that
/// holds acknowledged bytes is written again. (4) A file named `log-<number>` has a valid header. (5) No group is
/// valid outside its store, epoch and segment: what an earlier life of a file left can never be replayed.
///
/// **Durability.** An appended group is with the operating system and survives the end of the process (BUFFERED); a
/// synced one survives a power cut (SYNCED). Files are written through the operating system's cache, and read past
/// it.
///
/// **Threads.** One appender, under the store's commit mutex; one sync at a time beside it; one background task that
/// prepares and releases segments. **Start reading at** [LogWriter], then [GroupFormat], [SegmentFormat] and
/// [LogTail].
@NullMarked
package dev.polder.log;

import org.jspecify.annotations.NullMarked;
