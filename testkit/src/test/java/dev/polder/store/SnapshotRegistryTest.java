package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.runtime.Seams;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SnapshotRegistryTest {
    @Test
    void whatMergesKeepIsWhatIsRegisteredAndWhatIsVisible() {
        long seed = System.nanoTime();
        System.out.println("snapshot registry, seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        SnapshotRegistry registry = new SnapshotRegistry(4096, Seams.system());
        List<Long> model = new ArrayList<>();
        AtomicLong visible = new AtomicLong(5);
        for (int i = 0; i < 4_000; i++) {
            visible.addAndGet(random.nextInt(3));
            int dice = random.nextInt(6);
            if (dice < 2) {
                model.add(registry.register(visible::get));
            } else if (dice == 2 && !model.isEmpty()) {
                long again = model.get(random.nextInt(model.size()));
                registry.registerAgain(again);
                model.add(again);
            } else if (!model.isEmpty()) {
                registry.release(model.remove(random.nextInt(model.size())));
            }
            assertThat(registry.open()).as("seed %d", seed).isEqualTo(model.size());
            long oldest = model.stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
            assertThat(registry.oldest()).isEqualTo(oldest);
            List<Long> kept = new ArrayList<>(model);
            kept.add(visible.get());
            assertThat(registry.sequencesFor(visible::get))
                    .as("seed %d", seed)
                    .containsExactly(kept.stream()
                            .mapToLong(Long::longValue)
                            .sorted()
                            .distinct()
                            .toArray());
        }
    }

    @Test
    void theirNumberIsLimitedAndMisuseIsTold() {
        SnapshotRegistry registry = new SnapshotRegistry(4096, Seams.system());
        assertThatThrownBy(() -> registry.registerAgain(7)).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < 4096; i++) registry.register(() -> 7);
        assertThatThrownBy(() -> registry.register(() -> 7))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("4096");
        assertThatThrownBy(() -> registry.registerAgain(7)).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < 4096; i++) registry.release(7);
        assertThatThrownBy(() -> registry.release(7)).isInstanceOf(IllegalStateException.class);
        assertThat(registry.open()).isZero();
    }

    /// A merge that begins after a reader has registered keeps its sequence; one that began before has seen a visible
    /// sequence no newer than the reader's.
    @Test
    void noMergeBeginsBetweenReadingAndRegistering() throws Exception {
        SnapshotRegistry registry = new SnapshotRegistry(4096, Seams.system());
        AtomicLong visible = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread reader = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 20_000; i++) {
                    long sequence = registry.register(visible::incrementAndGet);
                    if (java.util.Arrays.binarySearch(registry.sequencesFor(visible::get), sequence) < 0) {
                        throw new AssertionError("not kept: " + sequence);
                    }
                    registry.release(sequence);
                }
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        while (reader.isAlive()) {
            long[] keep = registry.sequencesFor(visible::get);
            assertThat(keep[keep.length - 1]).isLessThanOrEqualTo(visible.get());
        }
        reader.join();
        assertThat(failure.get()).isNull();
    }
}
