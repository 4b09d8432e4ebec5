package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.BackpressureException;
import dev.polder.errors.CommitUnknownException;
import dev.polder.io.IoEngines;
import dev.polder.runtime.Seams;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a flight recorder hears of an engine at work, and what it costs to be without one.
class RecordedEngineTest {
    private static final Set<String> TOLD = Set.of(
            "Recovery", "DeviceRead", "DeviceWrite", "Sync", "Merge", "Compaction", "Spill", "Eviction", "MemoryLent");

    @TempDir
    Path folder;

    @Test
    void tellsWhatItDoes() throws IOException {
        Map<String, List<RecordedEvent>> events;
        try (Recording recording = listening()) {
            work();
            events = of(recording);
        }
        assertThat(events.keySet()).containsAll(TOLD);
        assertThat(events.get("Recovery")).hasSize(2);
        assertThat(events.get("Recovery").getLast().getLong("replayed")).isPositive();
        assertThat(events.get("Sync")).extracting(e -> e.getString("lane")).contains("log", "merge", "compaction");
        assertThat(events.get("DeviceRead"))
                .extracting(e -> e.getString("lane"))
                .contains("foreground", "compaction");
        assertThat(events.get("Merge")).allMatch(e -> !e.getBoolean("failed"));
        assertThat(events.get("Merge").stream()
                        .mapToLong(e -> e.getLong("bytes"))
                        .sum())
                .isPositive();
        assertThat(events.get("Merge")).anyMatch(e -> e.getBoolean("spilled"));
        assertThat(events.get("Spill")).hasSize(1);
        assertThat(events.get("Compaction")).anyMatch(e -> e.getLong("bytesOut") > 0);
    }

    /// Many small writes that are merged and compacted, a batch that is spilled, reads of more than the pool holds.
    private void work() {
        Random random = new Random(7);
        byte[] value = new byte[3000];
        Path directory = folder.resolve("store");
        try (Small small = new Small(IoEngines.probe(), Small.settings(16, 30_000), new HeapRegions())) {
            try (Store store = small.engine.store(directory)) {
                KeyValues space = store.keyValues("space");
                for (int i = 0; i < 4_000; i++) {
                    random.nextBytes(value);
                    space.put(key(random.nextInt(5_000)), value, Durability.BUFFERED);
                }
                store.settle();
                Batch batch = store.batch();
                for (int i = 0; i < 2_000; i++) batch.put(space, key(i), value);
                store.write(batch, Durability.SYNCED);
                for (int i = 0; i < 5_000; i++) space.get(key(i));
                space.put(key(1), value);
            }
            try (Store store = small.engine.store(directory)) {
                assertThat(store.metrics().visibleSequence()).isPositive();
            }
        }
    }

    @Test
    void tellsOfWritesThatFoundNoRoom() throws IOException {
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        try (Recording recording = listening();
                Small small = new Small(io, Small.settings(16, 100));
                Store store = small.engine.store(folder.resolve("stuck"))) {
            KeyValues space = store.keyValues("space");
            io.stick("run-");
            try {
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 1_000_000; i++) space.put(key(i), new byte[1000], Durability.BUFFERED);
                        })
                        .isInstanceOf(BackpressureException.class);
            } finally {
                io.free();
            }
            List<RecordedEvent> stalls = of(recording).get("WriteStall");
            assertThat(stalls.getLast().getBoolean("refused")).isTrue();
            assertThat(stalls.getLast().getString("reason")).isEqualTo("room");
            StoreMetrics metrics = store.metrics();
            assertThat(metrics.stalls()).isEqualTo(stalls.size());
            assertThat(metrics.stallNanosMax()).isPositive();
            assertThat(metrics.stalledNanos()).isGreaterThanOrEqualTo(metrics.stallNanosMax());
        }
    }

    @Test
    void namesAFileThatFailed() throws IOException {
        try (Recording recording = listening()) {
            SimulatedIo io = new SimulatedIo();
            EngineOptions options = EngineOptions.of(Budget.mebibytes(16));
            try (Engine engine = Engine.open(options, io, new HeapRegions(), Seams.system());
                    Store store = engine.store(Path.of("/data"))) {
                KeyValues space = store.keyValues("space");
                space.put(key(1), key(1));
                io.failNth(IoKind.SYNC, 1, Repeat.FOREVER, IoFault.EIO);
                assertThatThrownBy(() -> space.put(key(2), key(2))).isInstanceOf(CommitUnknownException.class);
                io.clearFaults();
            }
            List<RecordedEvent> poisoned = of(recording).get("FilePoisoned");
            assertThat(poisoned).hasSize(1);
            assertThat(poisoned.getFirst().getString("file")).contains("log");
        }
    }

    /// The recorder asks once a second; both engines answer while they are open, each under its own number.
    @Test
    void tellsTheStateOfEachOpenEngineOncePerPeriod() throws Exception {
        Set<Integer> pools = ConcurrentHashMap.newKeySet();
        Set<Integer> disks = ConcurrentHashMap.newKeySet();
        Set<String> owners = ConcurrentHashMap.newKeySet();
        Set<Integer> sizes = ConcurrentHashMap.newKeySet();
        CountDownLatch both = new CountDownLatch(2);
        try (RecordingStream stream = new RecordingStream()) {
            stream.enable("dev.polder.PoolState").withPeriod(Duration.ofMillis(20));
            stream.enable("dev.polder.DiskState").withPeriod(Duration.ofMillis(20));
            stream.enable("dev.polder.MemoryState").withPeriod(Duration.ofMillis(20));
            stream.enable("dev.polder.FrameState").withPeriod(Duration.ofMillis(20));
            stream.onEvent("dev.polder.PoolState", event -> {
                assertThat(event.getLong("memoryBudget")).isEqualTo(16L << 20);
                if (pools.add(event.getInt("engine"))) both.countDown();
            });
            stream.onEvent("dev.polder.DiskState", event -> disks.add(event.getInt("engine")));
            stream.onEvent("dev.polder.MemoryState", event -> {
                if (event.getLong("leased") > 0) owners.add(event.getInt("engine") + event.getString("owner"));
            });
            stream.onEvent("dev.polder.FrameState", event -> sizes.add(event.getInt("frameBytes")));
            stream.startAsync();
            try (Engine one = Engine.open(Budget.mebibytes(16));
                    Engine two = Engine.open(Budget.mebibytes(16))) {
                both.await();
                assertThat(one.metrics().stores() + two.metrics().stores()).isZero();
            }
            stream.stop();
        }
        assertThat(pools).hasSize(2);
        assertThat(disks).hasSize(2);
        assertThat(sizes).containsExactlyInAnyOrder(4 << 10, 16 << 10, 64 << 10);
        assertThat(owners.stream().filter(owner -> owner.endsWith("log"))).hasSize(2);
    }

    /// A runtime image need not have the module of the recorder.
    @Test
    void worksWithoutTheRecordersModule() {
        Path directory = folder.resolve("without");
        List<String> options = List.of("--limit-modules", "java.base");
        try (ChildJvm child = ChildJvm.start(options, WithoutRecorder.class, directory)) {
            assertThat(child.end()).as("%s", child.lines()).isZero();
            assertThat(child.lines()).contains("recorder=false value=v");
        }
    }

    /// The child of [#worksWithoutTheRecordersModule].
    public static final class WithoutRecorder {
        private WithoutRecorder() {}

        public static void main(String[] arguments) {
            try (Engine engine = Engine.open(Budget.mebibytes(16));
                    Store store = engine.store(Path.of(arguments[0]))) {
                KeyValues space = store.keyValues("space");
                space.put(new byte[] {1}, new byte[] {'v'});
                store.flush();
                boolean recorder = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
                System.out.println("recorder=" + recorder + " value=" + (char) space.get(new byte[] {1})[0]);
            }
        }
    }

    private static byte[] key(int i) {
        return Small.bytes("key-%06d".formatted(i));
    }

    private static Recording listening() {
        Recording recording = new Recording();
        for (String name : TOLD) recording.enable("dev.polder." + name).withThreshold(Duration.ZERO);
        recording.enable("dev.polder.FilePoisoned");
        recording.enable("dev.polder.WriteStall");
        recording.start();
        return recording;
    }

    private Map<String, List<RecordedEvent>> of(Recording recording) throws IOException {
        Path file = folder.resolve("events.jfr");
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.polder."))
                .collect(Collectors.groupingBy(
                        event -> event.getEventType().getName().substring("dev.polder.".length())));
    }
}
