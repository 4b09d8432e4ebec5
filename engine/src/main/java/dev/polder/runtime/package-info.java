/// The seams: clock, randomness and tasks are passed in, so that a seed replays a run.
@NullMarked
package dev.polder.runtime;

import org.jspecify.annotations.NullMarked;
