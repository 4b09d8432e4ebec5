/// What a block is, and its proof.
@NullMarked
package dev.polder.block;

import org.jspecify.annotations.NullMarked;
