/// What can go wrong in the world: the sealed family of exceptions.
@NullMarked
package dev.polder.errors;

import org.jspecify.annotations.NullMarked;
