/// One store, moved forward by one edit.
@NullMarked
package dev.polder.store;

import org.jspecify.annotations.NullMarked;
