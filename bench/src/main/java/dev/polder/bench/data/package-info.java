/// The data every engine is given: keys, values and orders, all functions of a seed.
@NullMarked
package dev.polder.bench.data;

import org.jspecify.annotations.NullMarked;
