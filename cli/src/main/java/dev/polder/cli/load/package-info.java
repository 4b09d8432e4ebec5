/// Records out of files: CSV, JSON arrays, JSON lines, one record at a time and never a whole file in memory.
///
///     file ─▶ [InputFile] ─▶ [RecordSource] ─▶ [SourceRecord] ─▶ [Loader] ─▶ batches ─▶ store
///             magic, gzip      CsvRecords        key, value
///                              JsonRecords       and its place
///                              JsonLines
///
/// **Words.** A *record* is a CSV row or a JSON object; its *value* is one line of JSON; its *key* is made of its own
/// fields by a [KeyRecipe]; its *place* is file, line and column, as an editor counts them.
/// **Always true.** (1) A record is stored whole or not at all. (2) When record *n* is bad, the records before it are
/// in.
/// (3) Memory is bounded by one record of [RecordSource#RECORD_BYTES_MAX] bytes and one batch, whatever the file
/// holds.
/// **Start reading at** [Loader].
@NullMarked
package dev.polder.cli.load;

import org.jspecify.annotations.NullMarked;
