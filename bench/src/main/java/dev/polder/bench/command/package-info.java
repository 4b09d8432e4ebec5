/// What the commands that measure have in common: where their figures go, and a look at the engine while it works.
///
/// [Publication] has the options `--json` and `--note` and the words of a report that every command puts at its top;
/// [WatchOption] has `--watch`.
@NullMarked
package dev.polder.bench.command;

import org.jspecify.annotations.NullMarked;
