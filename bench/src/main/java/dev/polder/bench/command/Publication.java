package dev.polder.bench.command;

import dev.polder.bench.report.RecordJson;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Where the figures of a command go, and what its report says of where they come from: the part that all have in
/// common, as a picocli mixin.
public final class Publication {
    @Option(names = "--json", paramLabel = "FILE", description = "write all runs to this file")
    private @Nullable Path json;

    @Option(
            names = "--note",
            paramLabel = "TEXT",
            description = "what a reader should know about this measurement; may be repeated")
    private List<String> notes = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    /// What its reader should know.
    public List<String> notes() {
        return List.copyOf(notes);
    }

    public void note(String text) {
        notes.add(text);
    }

    /// The day of the measurement, UTC.
    public String date() {
        return LocalDate.now(ZoneOffset.UTC).toString();
    }

    /// The command to repeat it with, but for the folder, which is everybody's own.
    public String arguments() {
        CommandSpec command = spec;
        if (command == null) return "";
        List<String> words = new ArrayList<>();
        boolean skip = false;
        for (String word : command.root().commandLine().getParseResult().originalArgs()) {
            boolean folder = word.equals("--folder");
            if (!skip && !folder && !word.startsWith("--folder=")) {
                words.add(word.contains(" ") ? "'" + word + "'" : word);
            }
            skip = folder;
        }
        return String.join(" ", words);
    }

    /// Writes the report to the file that was asked for, if one was.
    public void publish(Record report) throws IOException {
        Path file = json;
        if (file != null) RecordJson.write(report, file);
    }
}
