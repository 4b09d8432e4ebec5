/// How bytes, sizes and progress look to people and to scripts.
///
/// [Printable] shows bytes as text that cannot upset a terminal; [Json] writes what scripts read; [Units] writes
/// sizes; [ProgressLine] is one line on stderr that is redrawn while someone watches.
@NullMarked
package dev.polder.cli.text;

import org.jspecify.annotations.NullMarked;
