/// Works a store hard for an hour and watches what it must never do: a wrong answer, memory that grows, a standstill.
@NullMarked
package dev.polder.bench.soak;

import org.jspecify.annotations.NullMarked;
