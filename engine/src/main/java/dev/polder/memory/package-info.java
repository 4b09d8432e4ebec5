/// Who may use how many bytes.
@NullMarked
package dev.polder.memory;

import org.jspecify.annotations.NullMarked;
