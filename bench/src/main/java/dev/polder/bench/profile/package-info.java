/// Where the time of a run went, from the recordings that `bench kv --profile` leaves.
@NullMarked
package dev.polder.bench.profile;

import org.jspecify.annotations.NullMarked;
