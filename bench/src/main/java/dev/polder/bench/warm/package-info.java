/// Does it pay to keep compressed blocks in memory?
///
///     one store per size of data ──▶ for each share: open, read for a while, count ──▶ reads/s, device reads/read
///
/// **Start reading at** [WarmCommand].
@NullMarked
package dev.polder.bench.warm;

import org.jspecify.annotations.NullMarked;
