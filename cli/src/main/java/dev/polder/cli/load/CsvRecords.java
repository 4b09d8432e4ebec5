package dev.polder.cli.load;

import com.fasterxml.jackson.core.JsonGenerator;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Units;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The rows of a CSV file (RFC 4180: quotes, doubled quotes, line ends inside quotes) as JSON objects.
///
/// The first row names the columns. Every cell stays the string it is: no guess turns `00501` into 501. A row with
/// more or fewer cells than the header, text after a closing quote and a quote that never closes are errors, not
/// guesses either.
final class CsvRecords implements RecordSource {
    private static final int COLUMNS_MAX = 16_384;
    private static final Pattern LINE = Pattern.compile("line (\\d+)");

    private final InputFile file;
    private final KeyRecipe recipe;
    private final CloseableIterator<CsvRecord> rows;
    private final List<String> header;
    private final int[] keyColumns;
    private final @Nullable String[] keyParts;
    private final ByteArrayOutputStream json = new ByteArrayOutputStream(1024);
    private long lastLine = 1;

    CsvRecords(InputFile file, KeyRecipe recipe, char delimiter, Charset charset)
            throws BadRecordException, IOException {
        this.file = file;
        this.recipe = recipe;
        CsvRecordHandler handler = CsvRecordHandler.builder()
                .maxFields(COLUMNS_MAX)
                .maxFieldSize(RECORD_BYTES_MAX)
                .maxRecordSize(RECORD_BYTES_MAX)
                .build();
        try {
            this.rows = CsvReader.builder()
                    .fieldSeparator(delimiter)
                    .allowUnclosedQuote(false)
                    .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // counted here, to say more than the library does
                    .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                    .maxBufferSize(RECORD_BYTES_MAX)
                    .build(handler, new StrictReader(file.stream(), charset))
                    .iterator();
            CsvRecord names = nextRow();
            this.header = names == null ? List.of() : names.getFields();
        } catch (IOException | BadRecordException | RuntimeException e) {
            file.close();
            throw e;
        }
        if (!header.isEmpty()) checkHeader();
        this.keyColumns = header.isEmpty() ? new int[0] : recipe.columns(header, file.name());
        this.keyParts = new @Nullable String[keyColumns.length];
    }

    /// Two columns of one name would be one field of the JSON object.
    private void checkHeader() throws BadRecordException {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < header.size(); i++) {
            if (seen.add(header.get(i))) continue;
            throw BadRecordException.last(
                    new Place(file.name(), 1, i + 1, null),
                    "a second column is named '" + header.get(i) + "'",
                    "Rename one of them in the header.");
        }
    }

    @Override
    public @Nullable SourceRecord next() throws BadRecordException, IOException {
        CsvRecord row = nextRow();
        if (row == null) return null;
        long line = row.getStartingLineNumber();
        if (row.getFieldCount() != header.size()) {
            throw BadRecordException.skippable(
                    new Place(file.name(), line, Math.min(row.getFieldCount(), header.size()) + 1, null),
                    "the row has " + count(row.getFieldCount()) + " where the header has " + header.size(),
                    row.getFieldCount() > header.size() ? "Put quotes around fields that contain the delimiter." : "");
        }
        for (int i = 0; i < keyColumns.length; i++) keyParts[i] = row.getField(keyColumns[i]);
        byte[] key = recipe.key(
                keyParts, i -> new Place(file.name(), line, keyColumns[i] + 1, header.get(keyColumns[i])), () -> "");
        return new SourceRecord(key, objectOf(row), Place.line(file.name(), line));
    }

    private static String count(int fields) {
        return fields == 1 ? "1 field" : fields + " fields";
    }

    private byte[] objectOf(CsvRecord row) throws IOException {
        json.reset();
        try (JsonGenerator generator = Json.FACTORY.createGenerator(json)) {
            generator.writeStartObject();
            for (int i = 0; i < header.size(); i++) generator.writeStringField(header.get(i), row.getField(i));
            generator.writeEndObject();
        }
        return json.toByteArray();
    }

    private @Nullable CsvRecord nextRow() throws BadRecordException, IOException {
        try {
            if (!rows.hasNext()) return null;
            CsvRecord row = rows.next();
            lastLine = row.getStartingLineNumber();
            return row;
        } catch (CsvParseException e) {
            throw unreadable(e);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof StrictReader.NotTextException bytes) {
                throw BadRecordException.last(
                        Place.line(file.name(), bytes.line()),
                        bytes.getMessage(),
                        "If the file is in another encoding, name it: --encoding windows-1252.");
            }
            throw e.getCause();
        }
    }

    /// What the library could not read, in our words. It names the line in its text and nowhere else.
    private BadRecordException unreadable(CsvParseException failure) {
        String text = String.valueOf(failure.getMessage());
        Matcher line = LINE.matcher(text);
        Place place = Place.line(file.name(), line.find() ? Long.parseLong(line.group(1)) : lastLine);
        boolean tooLarge = text.contains("maximum buffer size")
                || text.contains("exceeds the max")
                || failure.getCause() instanceof IndexOutOfBoundsException;
        if (tooLarge) {
            return BadRecordException.last(
                    place,
                    "the row that begins here is larger than " + Units.bytes(RECORD_BYTES_MAX),
                    "Most often a quote that opens in it is never closed.");
        }
        if (text.startsWith("Unclosed quoted field")) {
            return BadRecordException.last(place, "a quote opens in this row and never closes", "");
        }
        String problem = text.replaceAll(" \\(record starting at line \\d+\\)", "");
        return BadRecordException.last(
                place,
                Character.toLowerCase(problem.charAt(0)) + problem.substring(1),
                "Inside a quoted field a quote is written twice.");
    }

    @Override
    public long bytesRead() {
        return file.bytesRead();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
