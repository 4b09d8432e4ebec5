package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngines;
import dev.polder.metrics.OpenUse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may pin is known as long as it may, or has left pins, and no longer.
class PinOwnersTest {
    private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    @Test
    void storesThatWereClosedLeaveNoOwner() {
        try (Small small = new Small(IoEngines.portable(), Small.settings(16, 30_000))) {
            int before = small.engine.metrics().pinOwners();
            for (int i = 0; i < 20; i++) {
                try (Store store = small.engine.store(folder.resolve("store-" + i))) {
                    view(store).close();
                    assertThat(small.engine.metrics().pinOwners()).isEqualTo(before + 1);
                }
                assertThat(small.engine.metrics().pinOwners()).as("closed").isEqualTo(before);
            }
        }
    }

    @Test
    void aViewThatOutlivesItsStoreIsNamedUntilItIsClosed() {
        try (Small small = new Small(IoEngines.portable(), Small.settings(16, 30_000))) {
            int before = small.engine.metrics().pinOwners();
            List<Value> left = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                Store store = small.engine.store(folder.resolve("left"));
                left.add(view(store));
                assertThat(store.closeNamingLeaks()).extracting(OpenUse::count).containsExactly(round + 1L);
                assertThat(small.engine.metrics().pinOwners())
                        .as("one for all of that name")
                        .isEqualTo(before + 1);
            }
            try (Store again = small.engine.store(folder.resolve("left"))) {
                Value view = view(again);
                left.forEach(Value::close);
                assertThat(small.engine.metrics().pinOwners())
                        .as("asked for again")
                        .isEqualTo(before + 1);
                assertThat(small.core.pool().pinHolders()).hasSize(1);
                view.close();
            }
            assertThat(small.engine.metrics().pinOwners()).isEqualTo(before);
        }
    }

    private static Value view(Store store) {
        KeyValues space = store.keyValues("test");
        space.put(KEY, new byte[2000]);
        store.flush();
        Value view = space.view(KEY);
        assertThat(view).isNotNull();
        return view;
    }
}
