package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.block.AheadLimits;
import dev.polder.disk.Lane;
import dev.polder.io.IoLimits;
import dev.polder.store.EngineSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Limits that users change: their ranges, their page, and that they hold.
class LimitsTest {
    private static final EngineOptions OPTIONS = EngineOptions.of(Budget.mebibytes(16));

    @TempDir
    Path folder;

    private static byte[] key(int i) {
        return "%08d".formatted(i).getBytes(StandardCharsets.US_ASCII);
    }

    private static void fill(Store store, KeyValues space, int from, int to) {
        for (int i = from; i < to; ) {
            Batch batch = store.batch();
            for (int end = Math.min(to, i + 100); i < end; i++) batch.put(space, key(i), new byte[200]);
            store.write(batch, Durability.BUFFERED);
        }
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void aValueOutsideTheRangeIsRefusedByName(Limit limit) {
        assertThat(limit.byDefault()).isBetween(limit.least(), limit.most());
        assertThat(OPTIONS.limit(limit)).isEqualTo(limit.byDefault());
        assertThat(OPTIONS.withLimit(limit, limit.most()).limit(limit)).isEqualTo(limit.most());
        for (long outside : new long[] {limit.least() - 1, limit.most() + 1}) {
            assertThatThrownBy(() -> OPTIONS.withLimit(limit, outside))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(limit + "=" + outside);
        }
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void anEngineWorksAtBothEnds(Limit limit) {
        for (long value : new long[] {limit.least(), limit.most()}) {
            try (Engine engine = Engine.open(OPTIONS.withLimit(limit, value));
                    Store store = engine.store(folder.resolve(limit + "-" + value))) {
                KeyValues space = store.keyValues("test");
                fill(store, space, 0, 3000);
                store.flush();
                store.settle();
                for (int i = 0; i < 3000; i += 7) assertThat(space.get(key(i))).hasSize(200);
            }
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> OPTIONS.withLimit(Limit.SLOW_FACTOR, 1)).hasMessageContaining("SLOW_FACTOR=1");
        assertThatThrownBy(() -> OPTIONS.withLimit(Limit.LOG_SEGMENT_BYTES, 100_000))
                .hasMessageContaining("4096");
    }

    @Test
    void theDefaultsAreThoseOfTheRoomsBelow() {
        assertThat(Settings.of(OPTIONS)).isEqualTo(EngineSettings.of(16 << 20, 1, 30_000));
    }

    @Test
    void thePageHasThemAll() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "limits.md"));
        for (Limit limit : Limit.values()) {
            assertThat(page)
                    .contains("| `%s` | %d | %d | %d | %s |\n"
                            .formatted(limit, limit.byDefault(), limit.least(), limit.most(), limit.unit()));
        }
    }

    @Test
    void spacesAndSnapshots() {
        EngineOptions options = OPTIONS.withLimit(Limit.SPACES, 2).withLimit(Limit.SNAPSHOTS, 3);
        try (Engine engine = Engine.open(options);
                Store store = engine.store(folder.resolve("data"))) {
            store.keyValues("one");
            store.keyValues("two");
            assertThatThrownBy(() -> store.keyValues("three"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("2");
            List<Snapshot> snapshots = new ArrayList<>();
            for (int i = 0; i < 3; i++) snapshots.add(store.snapshot());
            assertThatThrownBy(store::snapshot)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("3");
            snapshots.forEach(Snapshot::close);
            store.snapshot().close();
        }
    }

    @Test
    void entriesOfAGeneration() {
        assertThat(mergedBytes(OPTIONS)).as("7,000 writes are not enough").isZero();
        assertThat(mergedBytes(OPTIONS.withLimit(Limit.GENERATION_ENTRIES, 1000)))
                .isPositive();
    }

    private long mergedBytes(EngineOptions options) {
        try (Engine engine = Engine.open(options);
                Store store = engine.store(folder.resolve("data" + options.limit(Limit.GENERATION_ENTRIES)))) {
            fill(store, store.keyValues("test"), 0, 7000); // more than the sealed ones that may wait
            return store.metrics().mergedBytes();
        }
    }

    @Test
    void openFilesAndPins() {
        EngineOptions options = OPTIONS.withLimit(Limit.OPEN_FILES, 3)
                .withLimit(Limit.PINNED_PERCENT, 1)
                .withLimit(Limit.RUN_BYTES, 64 << 10);
        try (Engine engine = Engine.open(options);
                Store store = engine.store(folder.resolve("data"))) {
            KeyValues space = store.keyValues("test");
            for (int round = 0; round < 2; round++) fill(store, space, 0, 20_000);
            store.flush();
            store.settle();
            List<Value> views = new ArrayList<>();
            for (int i = 0; i < 20_000; i += 50) {
                Value view = space.view(key(i));
                if (view != null) views.add(view);
            }
            assertThat(views).hasSize(400);
            assertThat(engine.metrics().poolPinned()).isBetween(1L, 2L);
            assertThat(engine.metrics().disk().openHandles()).isLessThanOrEqualTo(3);
            for (Value view : views) assertThat(view.length()).isEqualTo(200);
            views.forEach(Value::close);
            assertThat(engine.metrics().poolPinned()).isZero();
        }
    }

    /// Each limit of the disk, of input and output and of read-ahead arrives where it counts. That they hold there is
    /// shown by the tests of those rooms.
    @Test
    void limitsOfTransfersArrive() {
        Map<Lane, Limit> patience = Map.of(
                Lane.LOG, Limit.PATIENCE_LOG,
                Lane.FOREGROUND, Limit.PATIENCE_FOREGROUND,
                Lane.MERGE, Limit.PATIENCE_MERGE,
                Lane.COMPACTION, Limit.PATIENCE_COMPACTION,
                Lane.READ_AHEAD, Limit.PATIENCE_READ_AHEAD,
                Lane.SCRUB, Limit.PATIENCE_SCRUB);
        EngineOptions options = OPTIONS.withLimit(Limit.TURN_MILLIS_BACKGROUND, 77)
                .withLimit(Limit.AHEAD_WINDOWS, 3)
                .withLimit(Limit.AHEAD_LEAPS, 5)
                .withLimit(Limit.AHEAD_BATCHES, 7)
                .withLimit(Limit.AHEAD_THREADS, 2)
                .withLimit(Limit.RINGS, 9)
                .withLimit(Limit.IO_THREADS, 11)
                .withLimit(Limit.IO_QUEUE, 13)
                .withLimit(Limit.POLL_MICROS, 17);
        for (Lane lane : Lane.values()) options = options.withLimit(patience.get(lane), turns(lane));
        EngineSettings settings = Settings.of(options);
        for (Lane lane : Lane.values()) {
            assertThat(settings.disk().lane(lane).patience()).as(lane.label()).isEqualTo(turns(lane));
            boolean waitedFor = lane == Lane.LOG || lane == Lane.FOREGROUND;
            assertThat(settings.disk().lane(lane).waitMillisMax()).isEqualTo(waitedFor ? 60_000 : 77);
        }
        assertThat(settings.pool().ahead()).isEqualTo(new AheadLimits(3, 5, 7, 2));
        assertThat(Settings.io(options)).isEqualTo(new IoLimits(9, 11, 13, 17));
        assertThat(Settings.io(OPTIONS)).isEqualTo(IoLimits.DEFAULT);
    }

    private static int turns(Lane lane) {
        return 1000 + lane.label().hashCode() % 100;
    }
}
