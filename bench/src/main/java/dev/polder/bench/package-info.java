/// Benchmarks: Polder beside its peers, on the same data, memory and durability.
///
///     polder bench kv ──▶ one process per engine and workload ──▶ kv.json ─────┐
///     polder bench io ──▶ the disk manager and fio in turns ──▶ io.json ───────┤
///     polder bench pool ──▶ hits beside bare reads ──▶ pool.json ──────────────┼─polder bench report──▶ benchmarks.md
///     polder bench cache ──▶ traces through the real pool ──▶ cache.json ──────┤
///     polder bench warm ──▶ shares for compressed blocks ──▶ warm.json ────────┘
///     polder bench soak ──▶ ok, or what went wrong
///
/// [dev.polder.bench.data] makes keys and values from a seed, [dev.polder.bench.engine] drives the engines through
/// one thin interface, [dev.polder.bench.kv] runs workloads and their processes, [dev.polder.bench.command] has what
/// the commands share, [dev.polder.bench.report] turns runs into tables, so that no figure is ever typed by hand.
///
/// **Start reading at** [dev.polder.bench.kv.Workload], then [dev.polder.bench.kv.WorkloadRunner].
@NullMarked
package dev.polder.bench;

import org.jspecify.annotations.NullMarked;
