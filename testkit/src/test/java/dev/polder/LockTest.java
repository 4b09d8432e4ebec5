package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.errors.StoreLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Who may have a store open beside whom: one writer alone, or any number of readers. Between processes, and between
/// engines of one process.
class LockTest {
    private static final String HOW_TO_GO_ON = "close it there first";

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(names = {"POSIX", "PORTABLE"})
    void aSecondProcessIsRefusedUntilTheFirstIsGone(EngineOptions.IoChoice io) {
        try (Engine engine = engine(io)) {
            try (ChildJvm child = holder("writer", io)) {
                child.awaitLine("busy");
                assertRefused(engine, StoreOptions.DEFAULT);
                assertRefused(engine, StoreOptions.READ_ONLY);
                child.kill();
            }
            try (Store store = engine.store(directory)) { // the lock went with the process
                assertThat(store.keyValues("space").count()).isPositive();
                assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
                assertHolderRefused("writer", io);
                assertHolderRefused("reader", io);
            }
            try (ChildJvm child = holder("writer", io)) {
                child.awaitLine("open");
                child.say("close");
                assertThat(child.end()).as(child.lines()::toString).isZero();
                engine.store(directory).close();
            }
        }
    }

    /// A reader beside a writer would meet files that are deleted, segments that are used again and manifests that are
    /// rolled. So there is none: see [StoreOptions].
    @ParameterizedTest
    @EnumSource(names = {"POSIX", "PORTABLE"})
    void readersShareAStoreAndNobodyWritesMeanwhile(EngineOptions.IoChoice io) {
        try (Engine one = engine(io);
                Engine two = engine(io == EngineOptions.IoChoice.POSIX ? EngineOptions.IoChoice.PORTABLE : io)) {
            try (Store store = one.store(directory)) {
                for (int i = 0; i < 1_000; i++) StoreHolder.put(store.keyValues("space"), i, i);
            }
            long sum;
            try (ChildJvm child = holder("reader", io)) {
                try (Store here = one.store(directory, StoreOptions.READ_ONLY)) {
                    sum = StoreHolder.checkSum(here.keyValues("space"));
                    child.awaitLine("open " + sum);
                    assertThat(here.keyValues("space").count()).isEqualTo(1_000);
                    try (Store hereToo = two.store(directory, StoreOptions.READ_ONLY)) {
                        assertThat(StoreHolder.checkSum(hereToo.keyValues("space")))
                                .isEqualTo(sum);
                    }
                    assertRefused(two, StoreOptions.DEFAULT); // one reader of this process is left, and the child
                }
                assertRefused(two, StoreOptions.DEFAULT); // the child is left
                child.say("close");
                assertThat(child.end()).as(child.lines()::toString).isZero();
                assertThat(child.lines()).contains("closed");
            }
            try (Store store = two.store(directory)) {
                assertThat(StoreHolder.checkSum(store.keyValues("space"))).isEqualTo(sum);
                assertRefused(one, StoreOptions.READ_ONLY);
            }
        }
    }

    @Test
    void readingChangesNothingOnDisk() throws IOException {
        try (Engine engine = engine(EngineOptions.IoChoice.AUTO)) {
            try (Store store = engine.store(directory)) {
                for (int i = 0; i < 1_000; i++) StoreHolder.put(store.keyValues("space"), i, i);
            }
            List<String> before = content();
            try (Store store = engine.store(directory, StoreOptions.READ_ONLY)) {
                assertThat(store.keyValues("space").count()).isEqualTo(1_000);
                assertThat(content()).isEqualTo(before);
            }
            assertThat(content()).isEqualTo(before);
            Files.delete(directory.resolve("LOCK")); // as in a copy that was made without it
            engine.store(directory, StoreOptions.READ_ONLY).close();
            assertThat(content()).isEqualTo(before);
        }
    }

    private List<String> content() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().map(LockTest::describe).toList();
        }
    }

    private static String describe(Path file) {
        try {
            return file.getFileName() + " " + java.util.Arrays.hashCode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Engine engine(EngineOptions.IoChoice io) {
        return Engine.open(EngineOptions.of(Budget.mebibytes(16)).withIo(io));
    }

    private ChildJvm holder(String role, EngineOptions.IoChoice io) {
        return ChildJvm.start(
                List.of("-Xmx96m", "-XX:TieredStopAtLevel=1"), StoreHolder.class, directory, role, io.name());
    }

    private void assertRefused(Engine engine, StoreOptions options) {
        assertThatExceptionOfType(StoreLockedException.class)
                .isThrownBy(() -> engine.store(directory, options))
                .withMessageContaining(directory.resolve("LOCK").toString())
                .withMessageContaining("close it");
    }

    private void assertHolderRefused(String role, EngineOptions.IoChoice io) {
        try (ChildJvm child = holder(role, io)) {
            assertThat(child.end()).as(child.lines()::toString).isZero();
            assertThat(child.lines())
                    .singleElement()
                    .asString()
                    .startsWith("refused StoreLockedException")
                    .contains(directory.resolve("LOCK").toString(), HOW_TO_GO_ON);
        }
    }
}
