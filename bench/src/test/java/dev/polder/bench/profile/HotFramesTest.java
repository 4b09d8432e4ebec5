package dev.polder.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.bench.data.Random64;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HotFramesTest {
    @TempDir
    Path folder;

    @Test
    void aBusyMethodIsFoundAndOtherThreadsCanBeLeftOut() throws Exception {
        Path file = folder.resolve("busy.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(1));
            recording.start();
            Thread busy = Thread.ofPlatform().name("busy").start(HotFramesTest::spin);
            busy.join();
            recording.stop();
            recording.dump(file);
        }
        HotFrames frames = HotFrames.of(file, "busy"::equals);
        assertThat(frames.samples()).isPositive();
        assertThat(frames.threads(9)).extracting(HotFrames.Line::name).containsExactly("busy");
        assertThat(frames.total(9)).extracting(HotFrames.Line::name).contains("HotFramesTest.spin");
        assertThat(HotFrames.of(file, "nobody"::equals).samples()).isZero();
    }

    private static void spin() {
        Random64 random = new Random64(1);
        long sum = 0;
        for (int i = 0; i < 300_000_000; i++) sum += random.next();
        if (sum == 42) System.out.print("");
    }
}
