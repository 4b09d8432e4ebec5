package dev.polder.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
    private static final List<Class<? extends Event>> TIMED = List.of(
            DeviceRead.class,
            DeviceWrite.class,
            Sync.class,
            Merge.class,
            Compaction.class,
            WriteStall.class,
            Spill.class,
            Recovery.class);
    private static final List<Class<? extends Event>> MOMENTS = List.of(
            Eviction.class,
            FrameRefused.class,
            FilePoisoned.class,
            MemoryLent.class,
            MemoryRefused.class,
            LeftOpen.class);

    private static final int CALLS = 200_000;
    private static final String FILE = "data/run-1";

    private final IOException cause = new IOException("broken");

    @TempDir
    Path folder;

    /// First before there is a recorder in this process (if no other test has started one), then beside a recorder that
    /// does not want our events.
    @Test
    void whoDoesNotListenCostsNoObject() {
        assertNothingIsAllocated();
        try (Recording recording = new Recording()) {
            TIMED.forEach(recording::disable);
            MOMENTS.forEach(recording::disable);
            recording.start();
            assertNothingIsAllocated();
        }
    }

    /// The JVM itself may allocate a little for the thread that measures, once: so the best of several rounds.
    private void assertNothingIsAllocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) tellAll();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes for %d rounds of events", CALLS).isLessThan(CALLS / 100);
    }

    private void tellAll() {
        DeviceRead read = Events.deviceRead();
        if (read != null) read.end(FILE, 4096, 8192, 2, "FOREGROUND");
        DeviceWrite write = Events.deviceWrite();
        if (write != null) write.end(FILE, 4096, 8192, "MERGE");
        Sync sync = Events.sync();
        if (sync != null) sync.end(FILE, "LOG");
        Merge merge = Events.merge();
        if (merge != null) merge.end("data", 2, 1 << 20, true, false);
        Compaction compaction = Events.compaction();
        if (compaction != null) compaction.end("data", 3, 0, 1, 4, 100, 90, false, true);
        WriteStall stall = Events.writeStall();
        if (stall != null) stall.end("data", "room", 100, true);
        Spill spill = Events.spill();
        if (spill != null) spill.end("data", 10, 1 << 22, false);
        Recovery recovery = Events.recovery();
        if (recovery != null) recovery.end("data", 17, false);
        Events.eviction(7, 4096, 1_000_000);
        Events.frameRefused(16384);
        Events.filePoisoned(FILE, cause);
        Events.memoryLent("MERGE", true);
        Events.memoryRefused("QUERY");
        Events.leftOpen("views of data", 2, 1_000_000, "");
    }

    @Test
    void whoListensHearsEverything() throws IOException {
        List<RecordedEvent> events;
        try (Recording recording = new Recording()) {
            TIMED.forEach(type -> recording.enable(type).withThreshold(Duration.ZERO));
            MOMENTS.forEach(recording::enable);
            recording.start();
            tellAll();
            events = of(recording);
        }
        assertThat(events).extracting(RecordedEvent::toString).hasSize(TIMED.size() + MOMENTS.size());
        RecordedEvent read = one(events, DeviceRead.class);
        assertThat(read.getString("file")).isEqualTo(FILE);
        assertThat(read.getLong("position")).isEqualTo(4096);
        assertThat(read.getInt("bytes")).isEqualTo(8192);
        assertThat(read.getInt("requests")).isEqualTo(2);
        assertThat(read.getString("lane")).isEqualTo("FOREGROUND");
        assertThat(one(events, DeviceWrite.class).getInt("bytes")).isEqualTo(8192);
        assertThat(one(events, Sync.class).getString("lane")).isEqualTo("LOG");
        assertThat(one(events, Merge.class).getInt("generations")).isEqualTo(2);
        assertThat(one(events, Merge.class).getBoolean("spilled")).isTrue();
        RecordedEvent compaction = one(events, Compaction.class);
        assertThat(compaction.getInt("fromLevel")).isZero();
        assertThat(compaction.getInt("toLevel")).isOne();
        assertThat(compaction.getLong("bytesOut")).isEqualTo(90);
        assertThat(compaction.getBoolean("failed")).isTrue();
        assertThat(one(events, WriteStall.class).getString("reason")).isEqualTo("room");
        assertThat(one(events, Spill.class).getLong("bytes")).isEqualTo(1 << 22);
        assertThat(one(events, Recovery.class).getLong("replayed")).isEqualTo(17);
        assertThat(one(events, Eviction.class).getLong("id")).isEqualTo(7);
        assertThat(one(events, FrameRefused.class).getInt("blockBytes")).isEqualTo(16384);
        assertThat(one(events, FilePoisoned.class).getString("cause")).contains("broken");
        assertThat(one(events, MemoryLent.class).getBoolean("fromPool")).isTrue();
        assertThat(one(events, MemoryRefused.class).getString("owner")).isEqualTo("QUERY");
    }

    /// Somebody who just records what the JDK records must not pay for each miss.
    @Test
    void whatHappensAllTheTimeIsOffOrHasAThreshold() {
        assertThat(EventType.getEventType(Eviction.class).getSettingDescriptors())
                .filteredOn(setting -> setting.getName().equals("enabled"))
                .allMatch(setting -> setting.getDefaultValue().equals("false"));
        for (Class<? extends Event> type : List.of(DeviceRead.class, DeviceWrite.class, Sync.class)) {
            assertThat(EventType.getEventType(type).getSettingDescriptors())
                    .filteredOn(setting -> setting.getName().equals("threshold"))
                    .allMatch(setting -> setting.getDefaultValue().equals("1 ms"));
        }
    }

    private static RecordedEvent one(List<RecordedEvent> events, Class<?> type) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.polder." + type.getSimpleName()))
                .reduce((a, b) -> {
                    throw new AssertionError("two of " + type);
                })
                .orElseThrow();
    }

    private List<RecordedEvent> of(Recording recording) throws IOException {
        Path file = folder.resolve("events.jfr");
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.polder."))
                .toList();
    }
}
