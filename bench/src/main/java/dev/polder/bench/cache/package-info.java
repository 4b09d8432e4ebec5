/// Which eviction policy is right: traces of page numbers, replayed through the real pool, beside the best
/// possible.
///
///     trace ──▶ [Trace] ──▶ [TraceReplay]: BlockLoader.locate, as block reads do ──▶ misses the loader read
///                  └──────▶ [Belady]: what a policy that knows the future would have missed
///
/// **Start reading at** [TraceReplay].
@NullMarked
package dev.polder.bench.cache;

import org.jspecify.annotations.NullMarked;
