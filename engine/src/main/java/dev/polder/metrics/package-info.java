/// What was counted and timed, as records that users may keep: see `Engine.metrics()`.
///
/// **Words.** The *device's time* of a transfer is what passes from its turn to its end; *queued* is what it waited for
/// its turn before. A *stall* is both together. **Always true.** Counters only grow; what ends in `Now` or is called a
/// maximum says so. Records are snapshots: their parts are read one after the other while transfers go on.
@NullMarked
package dev.polder.metrics;

import org.jspecify.annotations.NullMarked;
