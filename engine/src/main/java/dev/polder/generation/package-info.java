/// What has not been merged yet.
@NullMarked
package dev.polder.generation;

import org.jspecify.annotations.NullMarked;
