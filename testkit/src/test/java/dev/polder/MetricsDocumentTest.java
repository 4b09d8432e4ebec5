package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.metrics.DiskMetrics;
import dev.polder.metrics.FrameMetrics;
import dev.polder.metrics.LaneMetrics;
import dev.polder.metrics.Latency;
import dev.polder.metrics.OpenUse;
import dev.polder.metrics.OperationMetrics;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.ValueDescriptor;
import org.junit.jupiter.api.Test;

/// `docs/metrics.md` says all there is, and nothing that is not.
class MetricsDocumentTest {
    private static final List<Class<? extends Record>> RECORDS = List.of(
            EngineMetrics.class,
            FrameMetrics.class,
            DiskMetrics.class,
            LaneMetrics.class,
            OperationMetrics.class,
            Latency.class,
            OpenUse.class,
            StoreMetrics.class,
            StoreMetrics.SpaceLine.class,
            MemoryReport.class,
            MemoryReport.OwnerLine.class);

    private static final Set<String> OF_EVERY_EVENT = Set.of("startTime", "duration", "eventThread", "stackTrace");

    private final String document = read(Path.of("../docs/metrics.md"));

    @Test
    void everyFieldOfEveryRecordIsThere() {
        for (Class<? extends Record> type : RECORDS) {
            for (RecordComponent component : type.getRecordComponents()) {
                assertThat(document)
                        .as("%s.%s", type.getSimpleName(), component)
                        .contains("`" + component.getName() + "`");
            }
        }
    }

    /// What a row of the tables of records names is a field of one of them.
    @Test
    void everyFieldThatIsThereIsOneOfARecord() {
        Set<String> fields = new TreeSet<>();
        for (Class<? extends Record> type : RECORDS) {
            for (RecordComponent component : type.getRecordComponents()) fields.add(component.getName());
        }
        String records = document.substring(document.indexOf("### The engine"));
        List<String> rows =
                records.lines().filter(line -> line.startsWith("| `")).toList();
        assertThat(rows).hasSizeGreaterThan(30);
        for (String row : rows) {
            assertThat(fields).as(row).containsAll(named(row.substring(0, row.indexOf('|', 1))));
        }
    }

    @Test
    void everyEventIsThereWithItsFields() throws IOException {
        List<String> events = eventNames();
        assertThat(events).hasSizeGreaterThan(12);
        for (String event : events) {
            String row = document.lines()
                    .filter(line -> line.startsWith("| `" + event + "` |"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no row for the event " + event));
            Set<String> said = named(row.split("\\|", -1)[3]);
            said.removeAll(Set.of("room", "held", "throttled")); // reasons of a stall
            assertThat(said).as(event).isEqualTo(fields(event));
        }
        assertThat(document.lines().filter(line -> line.matches("\\| `[A-Z].*")).count())
                .as("rows of events")
                .isEqualTo(events.size());
    }

    private static Set<String> fields(String event) {
        Set<String> fields = new TreeSet<>();
        for (ValueDescriptor field : EventType.getEventType(type(event)).getFields()) {
            if (!OF_EVERY_EVENT.contains(field.getName())) fields.add(field.getName());
        }
        return fields;
    }

    private static Class<? extends Event> type(String event) {
        try {
            return Class.forName("dev.polder.events." + event).asSubclass(Event.class);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> eventNames() throws IOException {
        try (Stream<Path> sources = Files.list(Path.of("../engine/src/main/java/dev/polder/events"))) {
            return sources.filter(source -> read(source).contains("extends Event "))
                    .map(source -> Objects.requireNonNull(source.getFileName()).toString())
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .sorted()
                    .toList();
        }
    }

    private static Set<String> named(String text) {
        var names = new TreeSet<String>();
        Pattern.compile("`([a-zA-Z0-9]+)`").matcher(text).results().forEach(match -> names.add(match.group(1)));
        return names;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError("the tests run in the folder of their module: " + Arrays.asList(file), e);
        }
    }
}
