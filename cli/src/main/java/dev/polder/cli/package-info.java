/// The `polder` command: what a person or a script does with a store from outside.
///
///     polder get data --space zips 00501
///        │
///        ▼
///     [Main] ── picks ──▶ command.GetCommand ──▶ dev.polder (the engine's front door)
///        │                       │
///        │                       └── answers ──▶ [Console] (stdout: data only; stderr: everything else)
///        └── what went wrong ──▶ [Failures] ──▶ one line on stderr and an exit status, [Exit]
///
/// Rooms: `command` (one class per subcommand), `load` (records out of CSV and JSON), `text` (how bytes, sizes and
/// progress look), `demo` (what `polder demo` shows and proves).
///
/// **Always true.** (1) Data goes to stdout, words about it to stderr. (2) A command that only reads creates nothing.
/// (3) Every way to fail ends in one line that says what, where and what to do, and in a documented exit status.
@NullMarked
package dev.polder.cli;

import org.jspecify.annotations.NullMarked;
