/// Workloads, how they are run and measured, and the processes that keep engines apart.
///
/// **Words.** A *run* is one workload on one engine in one process. A *round* is every workload on every engine once.
///
/// **Always true.** All engines get the same keys, values, orders, warm-up, heap and memory; a run that reads a wrong
/// value or misses a key fails, so no figure comes from an engine that lost data.
///
/// **Start reading at** [Workload], then [WorkloadRunner]; [KvCommand] is the parent, [KvChild] the process per run.
@NullMarked
package dev.polder.bench.kv;

import org.jspecify.annotations.NullMarked;
