/// Which blocks are near: the one buffer pool.
@NullMarked
package dev.polder.buffer;

import org.jspecify.annotations.NullMarked;
