package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/limits.md` names tests that there are, and a test for every structure.
class LimitsDocumentTest {
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z]+(?:Test|Contract))`");

    private final List<String> lines = read(Path.of("../docs/limits.md"));

    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        Set<String> there = new TreeSet<>();
        for (String module : List.of("../engine", "../testkit")) {
            try (Stream<Path> files = Files.walk(Path.of(module, "src/test/java"))) {
                there.addAll(files.map(file ->
                                Objects.requireNonNull(file.getFileName()).toString())
                        .filter(name -> name.endsWith(".java"))
                        .map(name -> name.substring(0, name.length() - ".java".length()))
                        .collect(Collectors.toSet()));
            }
        }
        Set<String> named = new TreeSet<>();
        for (String row : rows("## Which test"))
            NAME.matcher(row).results().forEach(found -> named.add(found.group(1)));
        assertThat(named).hasSizeGreaterThan(30);
        assertThat(there).containsAll(named);
    }

    @Test
    void everyRowNamesATest() {
        assertThat(rows("## Which test")).allMatch(row -> NAME.matcher(row).find());
    }

    /// The rows of the table behind a heading, without its own heading.
    private List<String> rows(String heading) {
        List<String> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            if (line.startsWith("## ")) inside = line.startsWith(heading);
            else if (inside && line.startsWith("| ") && !line.startsWith("| limit ")) rows.add(line);
        }
        return rows;
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new AssertionError("the tests run in the folder of their module", e);
        }
    }
}
