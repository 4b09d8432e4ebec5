package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.CorruptionException;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.NotAStoreException;
import dev.polder.errors.PolderException;
import dev.polder.errors.UnsupportedFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Directories that cannot be opened as a store, or not by this version, get an error that says which and why, and stay
/// as they are, byte for byte.
@ParameterizedClass
@EnumSource(names = {"POSIX", "PORTABLE"})
class UnusableDirectoryTest {
    private static final List<StoreOptions> ALL =
            List.of(StoreOptions.DEFAULT, StoreOptions.EXISTING, StoreOptions.READ_ONLY);

    @Parameter
    EngineOptions.IoChoice io;

    @TempDir
    Path parent;

    @Test
    void aManifestOfANewerFormat() throws IOException {
        for (String copies : List.of("-a", "-b", "-[ab]")) {
            Path directory = store("newer" + copies.charAt(1) + copies.length());
            for (Path file : files(directory, "manifest-.*" + copies)) writeFormat(file, 8, 2, 4, 64, 0);
            for (StoreOptions options : ALL) {
                assertRefused(directory, options, UnsupportedFormatException.class, "format 2", "reads 1", "newer");
            }
        }
    }

    @Test
    void aLogOfANewerFormat() throws IOException {
        Path directory = store("store");
        // all of them: the last may have been made ahead, and not be needed
        for (Path segment : files(directory, "log-[0-9a-f]{16}")) writeFormat(segment, 8, 7, 0, 60, 60);
        for (StoreOptions options : ALL) {
            assertRefused(
                    directory, options, UnsupportedFormatException.class, "format 7", "reads 1", "version that wrote");
        }
    }

    /// The format's number alone does not make it a newer one: the header must be whole.
    @Test
    void damageIsNoNewerFormat() throws IOException {
        Path directory = store("store");
        for (Path file : files(directory, "manifest-.*")) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[8] = 2;
            Files.write(file, bytes);
        }
        for (StoreOptions options : ALL) assertRefused(directory, options, CorruptionException.class, "manifest-");
    }

    @Test
    void manifestsThatAreEmpty() throws IOException {
        Path directory = store("store");
        for (Path file : files(directory, "manifest-.*")) Files.write(file, new byte[0]);
        for (StoreOptions options : ALL) {
            assertRefused(directory, options, CorruptionException.class, "manifest-", "no valid first edit");
        }
    }

    /// As a power cut leaves it that comes while the very first manifest is written: nothing was ever in it.
    @Test
    void aStoreWhoseCreationWasNotEnded() throws IOException {
        Path directory = Files.createDirectory(parent.resolve("half"));
        for (String name : List.of("LOCK", "manifest-0000000000000001-a", "manifest-0000000000000001-b")) {
            Files.createFile(directory.resolve(name));
        }
        for (StoreOptions options : List.of(StoreOptions.EXISTING, StoreOptions.READ_ONLY)) {
            assertRefused(directory, options, NotAStoreException.class, "not ended");
        }
        assertBecomesAStore(directory);
    }

    @Test
    void aDirectoryWithOnlyALock() throws IOException {
        Path directory = Files.createDirectory(parent.resolve("locked"));
        Files.createFile(directory.resolve("LOCK"));
        for (StoreOptions options : List.of(StoreOptions.EXISTING, StoreOptions.READ_ONLY)) {
            assertRefused(directory, options, NotAStoreException.class, "no manifest");
        }
        assertBecomesAStore(directory);
    }

    @Test
    void aDirectoryOfOtherFiles() throws IOException {
        Path directory = Files.createDirectory(parent.resolve("home"));
        Files.writeString(directory.resolve("thesis.txt"), "years of work");
        Files.createDirectory(directory.resolve("photos"));
        for (StoreOptions options : ALL) assertRefused(directory, options, NotAStoreException.class, "no manifest");
    }

    @Test
    void aDirectoryThatIsAFile() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "a file");
        for (StoreOptions options : ALL) {
            for (Path directory : List.of(file, file.resolve("below"))) {
                assertThatThrownBy(() -> open(directory, options))
                        .isInstanceOf(NotAStoreException.class)
                        .hasMessageContainingAll(file + " is a file", directory.toString());
            }
        }
        assertThat(file).hasContent("a file");
    }

    /// Such a thing is not ours, so it is not deleted; and it is in the way of files that will be.
    @Test
    void aDirectoryThatBearsANameOfOurs() throws IOException {
        Path directory = store("store");
        String roll = files(directory, "manifest-.*-a").getFirst().getFileName().toString();
        for (String name : List.of(
                "run-0000000000000000",
                "run-000000000000003f",
                "run-7fffffffffffffff",
                "manifest-0000000000000000-b",
                roll.substring(0, 24) + "f-a",
                "log-0000000000000000",
                "log-000000000000003f",
                "log-spare-0000000000000001",
                "log-new")) {
            Path inTheWay = Files.createDirectory(directory.resolve(name));
            Files.writeString(inTheWay.resolve("thesis.txt"), "years of work");
            for (StoreOptions options : ALL) {
                assertRefused(directory, options, FileAccessException.class, name, "is a directory", "Move it");
            }
            Files.move(inTheWay, parent.resolve("moved-" + name));
        }
        Files.delete(directory.resolve("LOCK"));
        Files.createDirectory(directory.resolve("LOCK"));
        for (StoreOptions options : ALL) {
            assertRefused(directory, options, FileAccessException.class, "LOCK", "is a directory", "Move it");
        }
        Files.delete(directory.resolve("LOCK"));
        assertStillWorks(directory);
    }

    /// Opening one would wait until somebody writes to it.
    @Test
    void aPipeThatBearsANameOfOurs() throws Exception {
        Path directory = store("store");
        for (String name : List.of("run-000000000000003f", "manifest-000000000000003f-a", "log-000000000000003f")) {
            Path pipe = directory.resolve(name);
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                    .isZero();
            for (StoreOptions options : ALL) {
                assertRefused(directory, options, FileAccessException.class, name, "no regular file", "Move it");
            }
            Files.delete(pipe);
        }
        assertStillWorks(directory);
    }

    /// A copy that somebody made, a note: neither read nor deleted.
    @Test
    void filesWhoseNamesAreNearlyOurs() throws IOException {
        Path directory = store("store");
        List<String> names = List.of(
                "run-0000000000000001.bak",
                "run-00000000000000AB",
                "run-ffffffffffffffff",
                "run-",
                "manifest-0000000000000001-a.bak",
                "manifest-0000000000000001-c",
                "manifest-0000000000000001",
                "log-0000000000000001.gz",
                "log-spare-notes",
                "log-new.txt");
        for (String name : names) Files.writeString(directory.resolve(name), "somebody else's " + name);
        Files.createDirectory(directory.resolve("run-old"));
        for (int i = 0; i < 3; i++) assertStillWorks(directory);
        for (String name : names) assertThat(directory.resolve(name)).hasContent("somebody else's " + name);
        assertThat(directory.resolve("run-old")).isDirectory();
    }

    // ----------------------------------------------------------------------------------------------------------------

    private void assertStillWorks(Path directory) {
        try (Engine engine = engine();
                Store store = engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            assertThat(space.count()).isEqualTo(500);
            StoreHolder.put(space, 1, 1);
            store.settle();
            assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
        }
    }

    /// A store with runs, and commits that are in the log only.
    private Path store(String name) {
        Path directory = parent.resolve(name);
        try (Engine engine = engine();
                Store store = engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            for (int i = 0; i < 500; i++) StoreHolder.put(space, i, i);
            store.flush();
            for (int i = 0; i < 10; i++) StoreHolder.put(space, i, -i);
        }
        return directory;
    }

    private static List<Path> files(Path directory, String pattern) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().matches(pattern))
                    .sorted()
                    .toList();
            assertThat(found).isNotEmpty();
            return found;
        }
    }

    /// Writes another format and a checksum that is right.
    private static void writeFormat(Path file, int at, int format, int crcFrom, int crcTo, int crcAt)
            throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(at, format);
        CRC32C crc = new CRC32C();
        crc.update(bytes, crcFrom, crcTo - crcFrom);
        buffer.putInt(crcAt, (int) crc.getValue());
        Files.write(file, bytes);
    }

    private void assertRefused(
            Path directory, StoreOptions options, Class<? extends PolderException> type, String... parts)
            throws IOException {
        Map<String, Integer> before = content(directory);
        assertThatExceptionOfType(type)
                .as("%s", options)
                .isThrownBy(() -> open(directory, options))
                .withMessageContaining(directory.toString())
                .withMessageContainingAll(parts);
        assertThat(content(directory)).as("%s", options).isEqualTo(before);
    }

    private void assertBecomesAStore(Path directory) {
        try (Engine engine = engine();
                Store store = engine.store(directory)) {
            StoreHolder.put(store.keyValues("space"), 1, 1);
            assertThat(store.keyValues("space").count()).isOne();
        }
    }

    private static Map<String, Integer> content(Path directory) throws IOException {
        Map<String, Integer> content = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                boolean isFile = Files.isRegularFile(file);
                content.put(
                        file.getFileName().toString(),
                        isFile ? java.util.Arrays.hashCode(Files.readAllBytes(file)) : 0);
            }
        }
        return content;
    }

    private void open(Path directory, StoreOptions options) {
        try (Engine engine = engine()) {
            engine.store(directory, options).close();
        }
    }

    private Engine engine() {
        return Engine.open(EngineOptions.of(Budget.mebibytes(16)).withIo(io));
    }
}
