/// How near the disk manager comes to the device: its reads and writes beside those of `fio`, in turns, on one file.
///
/// **Words.** A *pair* is one run of Polder and one of `fio` of the same workload, one right after the other, so that a
/// machine that slows down slows both. **Always true.** Both use direct I/O, the same file, block size, depth and time;
/// every block Polder reads is checked to be the one it asked for.
/// **Start reading at** [IoCommand], then [IoWorkload].
@NullMarked
package dev.polder.bench.io;

import org.jspecify.annotations.NullMarked;
