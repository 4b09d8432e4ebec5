/// The world, simulated: what a test of Polder, or of code built on it, needs so that a seed replays a run.
///
///     SimulatedIo     a disk in memory: fails on demand, and shows what a power cut at any moment would have left
///     SimulatedTasks  threads that take turns as a seed says, with their clock and their entropy
///     HeapRegions     memory for engines, reused from test to test
///
/// **Words.** A *crash image* is a disk after a power cut. A *crash point* is an operation after which the power may
/// go; they are numbered by the journal. A *profile* says what becomes of that which was not synced. *Settled* is
/// what is durable.
/// **Always true.** (1) What was synced before a crash point is in every image of it, bytes, size and name each by
/// their own sync. (2) The same seed gives the same image and the same run. (3) Failures have the types and numbers
/// that real engines give.
/// **Threads.** A disk is safe for many; a simulation runs one task at a time. **Start reading at** [SimulatedIo],
/// then [SimulatedTasks].
@NullMarked
package dev.polder.testkit;

import org.jspecify.annotations.NullMarked;
