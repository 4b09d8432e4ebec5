/// Where bytes live, in which order.
@NullMarked
package dev.polder.disk;

import org.jspecify.annotations.NullMarked;
