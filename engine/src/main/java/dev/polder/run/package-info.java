/// How bytes are found: sorted runs.
@NullMarked
package dev.polder.run;

import org.jspecify.annotations.NullMarked;
