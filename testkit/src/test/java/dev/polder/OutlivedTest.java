package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.metrics.OpenUse;
import dev.polder.runtime.Leaks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is not closed is named; with a limit of 0 seconds at once, which is how a test finds a leak.
class OutlivedTest {
    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void snapshotsAndViewsThatStayOpenAreNamedWithTheirStore() {
        EngineOptions options = EngineOptions.of(Budget.mebibytes(16)).withLimit(Limit.OUTLIVED_SECONDS, 0);
        try (Engine engine = Engine.open(options);
                Store store = engine.store(folder.resolve("leaking"))) {
            KeyValues space = store.keyValues("test");
            space.put(bytes("key"), new byte[2000]);
            store.flush();
            assertThat(engine.metrics().outlived()).isEmpty();

            try (Snapshot snapshot = store.snapshot();
                    Value view = space.view(bytes("key"))) {
                assertThat(snapshot).isNotNull();
                assertThat(view).isNotNull();
                List<OpenUse> open = engine.metrics().outlived();
                assertThat(open).extracting(OpenUse::what).allMatch(what -> what.contains("leaking"));
                assertThat(open).extracting(OpenUse::what).anyMatch(what -> what.startsWith("snapshots"));
                assertThat(open).extracting(OpenUse::what).anyMatch(what -> what.startsWith("views"));
                assertThat(open).allMatch(use -> use.count() == 1 && use.nanos() >= 0);
            }
            assertThat(engine.metrics().outlived()).as("all are closed").isEmpty();
        }
    }

    /// What a close finds open it names, and what was left can still be closed.
    @Test
    void aCloseNamesWhatIsLeftOpen() {
        Engine engine = Engine.open(EngineOptions.of(Budget.mebibytes(16)));
        Store store = engine.store(folder.resolve("left"));
        KeyValues space = store.keyValues("test");
        space.put(bytes("key"), new byte[2000]);
        store.flush();
        Snapshot snapshot = store.snapshot();
        Value view = space.view(bytes("key"));
        Cursor cursor = space.cursor();
        List<OpenUse> left = store.closeNamingLeaks();
        assertThat(left)
                .extracting(OpenUse::what)
                .satisfiesExactly(
                        what -> assertThat(what)
                                .startsWith("snapshots and cursors of")
                                .endsWith("left"),
                        what -> assertThat(what).startsWith("views of").endsWith("left"));
        assertThat(left).extracting(OpenUse::count).containsExactly(2L, 1L);
        assertThat(left).allMatch(use -> use.where().contains("OutlivedTest") == Leaks.CHOSEN.traced());
        assertThatThrownBy(() -> LeftOpenException.throwFor(left))
                .isInstanceOfSatisfying(
                        LeftOpenException.class,
                        thrown -> assertThat(thrown.uses()).isEqualTo(left))
                .hasMessageContaining("left");
        cursor.close();
        snapshot.close();
        view.close();
        store.close();
        engine.close();
    }

    @Test
    void whatHasNotBeenOpenForLongIsNotNamed() {
        try (Engine engine = Engine.open(EngineOptions.of(Budget.mebibytes(16)));
                Store store = engine.store(folder.resolve("fine"));
                Snapshot snapshot = store.snapshot()) {
            assertThat(snapshot).isNotNull();
            assertThat(engine.metrics().outlived()).isEmpty();
        }
    }
}
