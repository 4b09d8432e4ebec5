/// The subcommands of `polder`, one class each. What they share: [StoreArguments] and [Opened] (which store, how much
/// memory), [SpaceChoice] (which space), [KeyText] (how keys are typed), [RangeArguments] (which part of a space).
@NullMarked
package dev.polder.cli.command;

import org.jspecify.annotations.NullMarked;
