/// Runs on disk (JSON) and on paper (Markdown). Tables are always made from the file, never typed.
@NullMarked
package dev.polder.bench.report;

import org.jspecify.annotations.NullMarked;
