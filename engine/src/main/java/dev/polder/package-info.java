/// The front door: what an application sees of Polder.
@NullMarked
package dev.polder;

import org.jspecify.annotations.NullMarked;
