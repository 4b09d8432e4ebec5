/// Microbenchmarks: each opens with its question, the estimate made before measuring, and its control.
///
///     ./polder bench jmh GenerationBenchmark
@NullMarked
package dev.polder.bench.jmh;

import org.jspecify.annotations.NullMarked;
