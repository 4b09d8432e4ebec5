/// The shape of data: keys and values.
@NullMarked
package dev.polder.kv;

import org.jspecify.annotations.NullMarked;
