package dev.polder.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.polder.bench.data.KeyShape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the runner relies on, of every driver alike.
public class EngineContractTest {
    private static final int RECORDS = 1000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MAPPED") // it knows numbered records only
    void whatWasCommittedIsReadEitherWayInOrderAndAfterReopening(EngineKind kind) throws Exception {
        EngineSettings settings =
                new EngineSettings(folder.resolve("store"), 32L << 20, 10_000, 100, KeyShape.BINARY, false, 0);
        try (KvEngine engine = openOrSkip(kind, settings)) {
            try (KvEngine.Writer writer = engine.writer()) {
                for (int i = 0; i < RECORDS; i++) {
                    writer.put(key(i), value(i, "first"));
                    if (i % 100 == 99) writer.commit();
                }
                writer.put(key(5), value(5, "second"));
                writer.commit();
            }
            readAll(engine);
            engine.settle();
            readAll(engine);
        }
        try (KvEngine engine = kind.open(settings)) {
            readAll(engine);
            assertThat(engine.facts().engine()).isEqualTo(kind.toString());
            assertThat(engine.facts().version()).doesNotContain("null");
        }
        try (var files = Files.walk(settings.folder())) {
            assertThat(files.filter(Files::isRegularFile)).isNotEmpty();
        }
    }

    private static void readAll(KvEngine engine) {
        try (KvEngine.Reader reader = engine.reader()) {
            byte[] destination = new byte[64];
            for (int i = 0; i < RECORDS; i++) {
                byte[] expected = value(i, i == 5 ? "second" : "first");
                assertThat(reader.get(key(i))).isEqualTo(expected);
                assertThat(reader.get(key(i), destination)).isEqualTo(expected.length);
                assertThat(Arrays.copyOf(destination, expected.length)).isEqualTo(expected);
            }
            assertThat(reader.get(key(RECORDS))).isNull();
            assertThat(reader.get(key(RECORDS), destination)).isNegative();

            ScanSink sink = new ScanSink(64, 64);
            assertThat(reader.scan(key(990), 100, sink)).isEqualTo(10);
            assertThat(reader.scanInto(key(0), 100, sink)).isEqualTo(100);
            assertThat(new String(sink.key, 0, 8, StandardCharsets.UTF_8)).isEqualTo("key-0099");
            assertThat(reader.scan(key(RECORDS), 100, sink)).isZero();
            assertThat(sink.entries()).isEqualTo(110);
        }
    }

    /// A native library that does not load here is said loudly, and skipped; all else must pass.
    public static KvEngine openOrSkip(EngineKind kind, EngineSettings settings) throws Exception {
        try {
            return kind.open(settings);
        } catch (LinkageError | UnsupportedOperationException e) {
            System.err.println("SKIPPED: " + kind + " does not load on this platform: " + e);
            return abort(kind + " does not load here: " + e);
        }
    }

    private static byte[] key(int i) {
        return "key-%04d".formatted(i).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(int i, String version) {
        return "value %d, %s".formatted(i, version).getBytes(StandardCharsets.UTF_8);
    }
}
