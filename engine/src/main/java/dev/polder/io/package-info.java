/// How bytes move; the only native calls.
@NullMarked
package dev.polder.io;

import org.jspecify.annotations.NullMarked;
