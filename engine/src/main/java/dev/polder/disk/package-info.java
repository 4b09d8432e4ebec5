/// Where bytes live: the files of an engine, with transfers that are whole or fail.
///
///     read, write, sync ──▶ [ lane: n at once ] ──▶ [ all lanes: by rank ] ──▶ [ handle cache ] ──▶ IoEngine
///                                                              short? disturbed? again, a bounded number of times
///     many at once ──▶ DiskBatch: neighbours merged ──▶ the same lanes and handles ──▶ an IoBatch of the IoEngine
///     a new file, piece by piece ──▶ WriteBehind: pieces put together, windows under way ──▶ DiskBatch
///     a file read in order ──▶ StretchesAhead: the next ones come while one is looked at ──▶ DiskBatch
///
/// **Words.** An *open number* is a file's identity in the engine's life, never given twice. A *handle* is what the
/// operating system gives for an open file; there are at most `handlesMax`. A *lane* says for whom a transfer
/// happens; its *turn* has come when it has a place in its lane and one of all lanes ([Turnstile]), and background
/// lanes have fewer places while others are slow ([DepthControl]). A *poisoned* file failed a write or sync. A
/// *window* is memory in which pieces of a file wait for others and then for the device. A *request* is one read or
/// write of a batch; it becomes a *transfer*, alone or with its neighbours. Each transfer is timed by lane and kind
/// ([LatencyHistogram]): the wait for its turn, and the device.
///
/// **Always true.** (1) No handle is closed while a call uses it, nor while its file has unsynced writes. (2)
/// After a failed write or sync a file accepts neither again. (3) Every failure names its file, but for a
/// refusal: it names the lane. (4) Nobody waits for ever for a turn, nor is passed by more than a known number of
/// others. **Threads.** Any number; transfers take no lock while nobody waits; a [DiskBatch] is for one at a
/// time. **Start reading at** [Disk], then [DiskFile], [LaneGate], [Turnstile]; for many at once
/// [DiskBatch], then [WriteBehind] and [StretchesAhead].
@NullMarked
package dev.polder.disk;

import org.jspecify.annotations.NullMarked;
