/// The shape of data that is keys and values: point reads, and cursors over many sources merged into one order.
///
///     get:    generations, newest first ─▶ level 0, newest first ─▶ level 1 ─▶ …     the first version seen decides
///     cursor: all of them side by side, smallest key first
///
/// **Words.** A *source* is one sorted sequence of entries: a generation's index, a run of level 0, or a whole level.
///
/// **Always true.** (1) A read sees exactly the newest version of a key at or below its sequence. (2) A cursor holds
/// nothing between calls but its key, its sequence and its own memory. (3) No look-up allocates, but for the array it
/// returns.
///
/// **Threads.** Spaces are thread-safe; cursors and views belong to one thread at a time.
///
/// **Start reading at** [KeyValueSpace], then [KeyValueCursor].
@NullMarked
package dev.polder.kv;

import org.jspecify.annotations.NullMarked;
