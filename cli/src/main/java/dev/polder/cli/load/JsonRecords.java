package dev.polder.cli.load;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.polder.cli.text.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The objects of a JSON file. Where they are is seen from its beginning:
///
///     [ {…}, {…} ]                    an array
///     {…} {…}                         one after another, with or without line ends between
///     { "features": [ {…}, {…} ] }    in an array further in, named by `--records features`
final class JsonRecords implements RecordSource {
    private final InputFile file;
    private final JsonObjects objects;
    private final JsonParser parser;
    private final @Nullable FieldPath recordsAt;
    private Where where = Where.START;
    private long records;

    private enum Where {
        START,
        ARRAY,
        SEQUENCE,
        END
    }

    JsonRecords(InputFile file, KeyRecipe recipe, @Nullable FieldPath recordsAt) throws IOException {
        this.file = file;
        this.objects = new JsonObjects(recipe);
        this.recordsAt = recordsAt;
        this.parser = Json.FACTORY.createParser(file.stream());
    }

    @Override
    public @Nullable SourceRecord next() throws BadRecordException, IOException {
        try {
            if (where == Where.START) start();
            else if (where != Where.END) parser.nextToken();
            JsonToken token = parser.currentToken();
            if (where == Where.ARRAY && token == JsonToken.END_ARRAY) finish();
            if (where == Where.END || token == null) {
                where = Where.END;
                return null;
            }
            records++;
            Place place = JsonObjects.place(file.name(), parser.currentTokenLocation(), 0);
            return where == Where.SEQUENCE && records == 1 ? firstOfSequence(place) : objects.read(parser, place);
        } catch (JacksonException e) {
            where = Where.END;
            throw malformed(e, file.name(), 0);
        }
    }

    /// Stands at the first record, or at what shows that there is none.
    private void start() throws BadRecordException, IOException {
        JsonToken first = parser.nextToken();
        if (recordsAt != null) {
            if (first != null) descend(recordsAt);
            where = Where.ARRAY;
            parser.nextToken();
        } else if (first == JsonToken.START_ARRAY) {
            where = Where.ARRAY;
            parser.nextToken();
        } else {
            where = Where.SEQUENCE;
        }
    }

    /// Goes to the array `path` leads to.
    private void descend(FieldPath path) throws BadRecordException, IOException {
        for (String name : path.segments()) {
            if (parser.currentToken() != JsonToken.START_OBJECT) throw noArray(path);
            while (true) {
                if (parser.nextToken() != JsonToken.FIELD_NAME) throw noArray(path);
                boolean here = parser.currentName().equals(name);
                parser.nextToken();
                if (here) break;
                parser.skipChildren();
            }
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) throw noArray(path);
    }

    private BadRecordException noArray(FieldPath path) {
        where = Where.END;
        return BadRecordException.last(
                JsonObjects.place(file.name(), parser.currentTokenLocation(), 0),
                "there is no array '" + path.text() + "' here",
                "--records names the way to the array of records, as in --records data.items.");
    }

    /// A lone object without the key may well be the wrapping of the records.
    private SourceRecord firstOfSequence(Place place) throws BadRecordException, IOException {
        try {
            return objects.read(parser, place);
        } catch (BadRecordException e) {
            if (!e.isSkippable() || !e.advice().isEmpty()) throw e;
            throw BadRecordException.skippable(e.place(), e.problem(), objects.arraysHint());
        }
    }

    /// After the array: the rest must still be sound, or the file was cut off or is two files in one.
    private void finish() throws BadRecordException, IOException {
        where = Where.END;
        if (recordsAt == null) {
            if (parser.nextToken() == null) return;
            throw BadRecordException.last(
                    JsonObjects.place(file.name(), parser.currentTokenLocation(), 0),
                    "something follows the end of the array",
                    "");
        }
        while (parser.nextToken() != null) {
            // only the parser's opinion counts
        }
    }

    static BadRecordException malformed(JacksonException failure, String file, long lineOffset) {
        JsonLocation at = failure.getLocation();
        Place place = at == null ? Place.line(file, lineOffset) : JsonObjects.place(file, at, lineOffset);
        String problem = failure.getOriginalMessage();
        int end = problem.indexOf('\n');
        if (end > 0) problem = problem.substring(0, end);
        return BadRecordException.last(place, "not JSON: " + problem, "");
    }

    @Override
    public long bytesRead() {
        return file.bytesRead();
    }

    @Override
    public void close() throws IOException {
        parser.close();
        file.close();
    }
}
