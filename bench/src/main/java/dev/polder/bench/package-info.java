/// Benchmarks: each opens with its question, the estimate made before measuring, and its control.
@NullMarked
package dev.polder.bench;

import org.jspecify.annotations.NullMarked;
