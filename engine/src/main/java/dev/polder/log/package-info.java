/// What survives a crash: the write-ahead log.
@NullMarked
package dev.polder.log;

import org.jspecify.annotations.NullMarked;
