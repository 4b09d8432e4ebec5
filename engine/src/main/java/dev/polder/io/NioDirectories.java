package dev.polder.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Directories are rare enough to leave them to the JDK.
final class NioDirectories {
    private NioDirectories() {}

    static void create(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw NioFailures.of("create directory", directory, 0, e);
        }
    }

    /// Sorted, because the order of a directory differs from machine to machine.
    static List<String> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (UncheckedIOException e) { // in the middle of it
            throw NioFailures.of("list", directory, 0, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw NioFailures.of("list", directory, 0, e);
        }
    }
}
