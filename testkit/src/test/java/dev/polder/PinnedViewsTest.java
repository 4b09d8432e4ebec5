package dev.polder;

import static dev.polder.Small.bytes;
import static dev.polder.Small.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.PoolExhaustedException;
import dev.polder.io.IoEngines;
import dev.polder.metrics.OpenUse;
import dev.polder.testkit.HeapRegions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Values read in place: they stay what they were whatever happens around them, and however many are held, reads by
/// key go on.
class PinnedViewsTest {
    private static final int RECORDS = 40_000;

    private final GatedIo io = new GatedIo(IoEngines.portable(), false);
    private final HeapRegions regions = new HeapRegions();

    @TempDir
    Path directory;

    @Test
    void readsSucceedWithEveryFramePinned() {
        try (Small small = new Small(io, Small.settings(16, 30_000), regions);
                Store store = small.engine.store(directory)) {
            KeyValues space = filled(store);
            List<Value> views = new ArrayList<>();
            int pinned = 0;
            for (int i = 0; i < RECORDS; i++) {
                Value view = space.view(key(i));
                if (view.pinned()) pinned++;
                views.add(view);
                if (!view.pinned()) break;
            }
            int units = small.core.budget().units();
            assertThat(small.engine.metrics().poolPinned()).isEqualTo(units / 4);
            assertThat(pinned).isGreaterThanOrEqualTo(units / 4);
            assertThat(small.core.pool().pinHolders())
                    .anyMatch(owner ->
                            owner.name().contains(directory.getFileName().toString()));

            SplittableRandom random = new SplittableRandom(1);
            for (int n = 0; n < 5_000; n++) {
                int i = random.nextInt(RECORDS);
                assertThat(space.get(key(i))).isEqualTo(value(i));
            }
            assertThat(space.count()).isEqualTo(RECORDS);
            for (int i = 0; i < views.size(); i++)
                assertThat(views.get(i).toArray()).isEqualTo(value(i));
            views.forEach(Value::close);
            assertThat(small.engine.metrics().poolPinned()).isZero();
            try (Value again = space.view(key(0))) {
                assertThat(again.pinned()).isTrue();
            }
        }
        assertThat(regions.heldRegions()).isZero();
    }

    @Test
    void aViewOutlivesEvictionCompactionItsFileItsStoreAndItsEngine() {
        Small small = new Small(io, Small.settings(16, 30_000), regions);
        Store store = small.engine.store(directory);
        KeyValues space = filled(store);
        List<Value> views = new ArrayList<>();
        for (int i = 0; i < 50; i++) views.add(space.view(key(i * 7)));
        assertThat(views).allMatch(Value::pinned);
        check(views);
        long evictions = small.engine.metrics().poolEvictions();
        for (int i = 0; i < RECORDS; i += 3) space.get(key(i));
        assertThat(small.engine.metrics().poolEvictions()).isGreaterThan(evictions);
        check(views);
        for (int i = 0; i < RECORDS; i++) space.put(key(i), bytes("new"), Durability.BUFFERED);
        store.settle();
        check(views);
        store.drop("space");
        store.settle();
        check(views);
        assertThat(store.closeNamingLeaks()).extracting(OpenUse::count).containsExactly(50L);
        check(views);
        assertThat(small.engine.closeNamingLeaks()).extracting(OpenUse::count).containsExactly(50L);
        check(views);
        assertThat(regions.heldRegions()).isEqualTo(1);
        views.forEach(Value::close);
        assertThat(regions.heldRegions()).isZero();
        assertThatThrownBy(() -> views.getFirst().toArray()).isInstanceOf(IllegalStateException.class);
        views.getFirst().close(); // again
    }

    @Test
    void whatIsNotMergedYetAndWhatIsLargeIsCopied() {
        try (Small small = new Small(io, Small.settings(64, 30_000), regions);
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            byte[] large = bytes("l".repeat(200_000));
            space.put(bytes("large"), large);
            space.put(bytes("small"), bytes("s"));
            try (Value view = space.view(bytes("small"))) {
                assertThat(view.pinned()).isFalse();
                assertThat(view.toArray()).isEqualTo(bytes("s"));
            }
            store.settle();
            try (Value view = space.view(bytes("small"))) {
                assertThat(view.pinned()).isTrue();
                assertThat(view.length()).isOne();
                assertThat(view.byteAt(0)).isEqualTo((byte) 's');
                assertThatThrownBy(() -> view.byteAt(1)).isInstanceOf(IndexOutOfBoundsException.class);
            }
            try (Value view = space.view(bytes("large"))) {
                assertThat(view.pinned()).isFalse();
                assertThat(view.toArray()).isEqualTo(large);
            }
            assertThat(space.view(bytes("none"))).isNull();
            assertThat(small.engine.metrics().poolPinned()).isZero();
        }
    }

    /// Cursors have a limit of their own; reads by key have none.
    @Test
    void cursorsAreRefusedButReadsByKeyNeverAre() {
        try (Small small = new Small(io, Small.settings(16, 30_000), regions);
                Store store = small.engine.store(directory)) {
            KeyValues space = filled(store);
            List<Cursor> cursors = new ArrayList<>();
            assertThatThrownBy(() -> {
                        while (true) {
                            cursors.add(space.cursor());
                            cursors.getLast().first();
                        }
                    })
                    .isInstanceOf(PoolExhaustedException.class);
            for (int i = 0; i < RECORDS; i += 50) assertThat(space.get(key(i))).isEqualTo(value(i));
            small.checkMemory();
            cursors.forEach(Cursor::close);
            assertThat(store.metrics().openSnapshots()).isZero();
            assertThat(space.count()).isEqualTo(RECORDS);
        }
    }

    /// Who holds the memory is told, most first, also when his store is closed.
    @Test
    void aRefusedCursorNamesWhoHoldsTheMemory() {
        try (Small small = new Small(io, Small.settings(16, 30_000), regions);
                Store store = small.engine.store(directory)) {
            KeyValues space = filled(store);
            List<Cursor> cursors = new ArrayList<>();
            Store few = small.engine.store(directory.resolveSibling("few"));
            cursors.add(few.keyValues("space").cursor());
            assertThat(few.closeNamingLeaks()).hasSize(1);
            assertThatThrownBy(() -> {
                        while (true) cursors.add(space.cursor());
                    })
                    .isInstanceOf(PoolExhaustedException.class)
                    .hasMessageMatching(".*no memory for another cursor of .*, held [0-9]+ by those of "
                            + Pattern.quote(directory.toString()) + ", 8192 by those of .*few\\. Close those.*");
            cursors.forEach(Cursor::close);
            assertThat(small.core.cursorMemory().holders()).isEqualTo("none of it held by cursors");
            space.cursor().close();
        }
    }

    private static void check(List<Value> views) {
        for (int i = 0; i < views.size(); i++)
            assertThat(views.get(i).toArray()).isEqualTo(value(i * 7));
    }

    private static KeyValues filled(Store store) {
        KeyValues space = store.keyValues("space");
        for (int i = 0; i < RECORDS; i++) space.put(key(i), value(i), Durability.BUFFERED);
        store.settle();
        assertThat(text(space.get(key(1)))).startsWith("1-");
        return space;
    }

    private static byte[] key(int i) {
        return bytes(String.format("key-%08d", i));
    }

    private static byte[] value(int i) {
        return bytes(i + "-" + new SplittableRandom(i).nextLong() + "x".repeat(i % 700));
    }
}
