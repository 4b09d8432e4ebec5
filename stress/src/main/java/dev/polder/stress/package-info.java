/// The lock-free parts of the engine under jcstress: several threads, real memory order, every mode of the compiler.
///
/// **Start reading at** [dev.polder.buffer.StressPool], then [dev.polder.buffer.EvictedBlockTest].
@NullMarked
package dev.polder.stress;

import org.jspecify.annotations.NullMarked;
