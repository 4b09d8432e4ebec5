/// What the pool costs beside the memory it lies in: hits beside bare reads of the same bytes, in turns, in one
/// process.
///
///     pair:  [ bare reads ] [ hits ]     next pair:  [ hits ] [ bare reads ]     …
///
/// **Words.** A *pair* is one run of each of two sides, one right after the other, so that a machine that slows
/// down slows both; the *ratio* of a workload is the median of its pairs' ratios. *Independent* operations overlap
/// in the processor; of *dependent* ones each chooses its block by what the last one read. **Always true.** Both
/// sides draw the same blocks, and the sums of what they read are equal; every hit is a hit, or the run fails.
/// **Start reading at** [PoolWorkload], then [ResidentBlocks] and [PoolCommand].
@NullMarked
package dev.polder.bench.pool;

import org.jspecify.annotations.NullMarked;
