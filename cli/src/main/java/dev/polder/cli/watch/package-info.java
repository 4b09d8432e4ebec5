/// How a store does, live: asked of the process that has it open, and drawn in place.
///
///     Mailbox ──WATCH──▶ the store's engine ──METRICS──▶ Sample ──two of them──▶ Dashboard ──lines──▶ LiveScreen
///
/// **Words.** A *sample* is what an engine answered at one moment; counters in it only grow, so two samples give rates.
/// **Always true.** A terminal is left as it was found: no other screen, no hidden cursor, lines are wrapped again
/// after each drawing. **Start reading at** [Watch].
@NullMarked
package dev.polder.cli.watch;

import org.jspecify.annotations.NullMarked;
