package dev.polder.cli.load;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Units;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// One JSON object per line (JSON lines, NDJSON). The line ends are looked for first, so a line that is no JSON, as a
/// killed writer leaves it, can be passed over.
final class JsonLines implements RecordSource {
    private final InputFile file;
    private final JsonObjects objects;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(4096);
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private long lineNumber;
    private boolean tooLong;

    JsonLines(InputFile file, KeyRecipe recipe) {
        this.file = file;
        this.objects = new JsonObjects(recipe);
    }

    @Override
    public @Nullable SourceRecord next() throws BadRecordException, IOException {
        while (nextLine()) {
            Place place = Place.line(file.name(), lineNumber);
            if (tooLong) {
                throw BadRecordException.skippable(
                        place, "the line is longer than " + Units.bytes(RECORD_BYTES_MAX), "");
            }
            try (JsonParser parser = Json.FACTORY.createParser(line.toByteArray())) {
                if (parser.nextToken() == null) continue; // an empty line
                SourceRecord record = objects.read(parser, place);
                if (parser.nextToken() == null) return record;
                throw BadRecordException.skippable(
                        JsonObjects.place(file.name(), parser.currentTokenLocation(), lineNumber - 1),
                        "something follows the object on its line",
                        "For objects that are not one per line, use --format json.");
            } catch (JacksonException e) {
                BadRecordException bad = JsonRecords.malformed(e, file.name(), lineNumber - 1);
                throw BadRecordException.skippable(
                        bad.place(), bad.problem(), "For objects that span lines, use --format json.");
            }
        }
        return null;
    }

    /// Reads one line into [#line]. False at the end of the file.
    private boolean nextLine() throws IOException {
        line.reset();
        tooLong = false;
        boolean any = false;
        InputStream in = file.stream();
        while (true) {
            if (at == end) {
                at = 0;
                end = Math.max(0, in.read(buffer));
                if (end == 0) break;
            }
            any = true;
            int start = at;
            while (at < end && buffer[at] != '\n') at++;
            if (line.size() + at - start > RECORD_BYTES_MAX) tooLong = true;
            if (!tooLong) line.write(buffer, start, at - start);
            if (at < end) {
                at++;
                break;
            }
        }
        if (any) lineNumber++;
        return any;
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
