package dev.polder.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.bench.data.KeyShape;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MappedEngineTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(KeyShape.class)
    void recordsAreFoundByTheirNumberAndOthersAreNot(KeyShape keys) throws Exception {
        EngineSettings settings = new EngineSettings(folder, 1 << 20, 100, 100, keys, false, 0);
        byte[] key = new byte[KeyShape.KEY_BYTES];
        byte[] value = new byte[100];
        for (int i = 0; i < 100; i++) value[i] = (byte) i;
        try (KvEngine engine = EngineKind.MAPPED.open(settings);
                KvEngine.Writer writer = engine.writer();
                KvEngine.Reader reader = engine.reader()) {
            for (int record = 0; record < 100; record += 2) {
                keys.present(record, key);
                writer.put(key, value);
            }
            keys.present(42, key);
            assertThat(reader.get(key)).isEqualTo(value);
            keys.present(43, key);
            assertThat(reader.get(key)).as("not written").isNull();
            keys.missing(42, key);
            assertThat(reader.get(key)).isNull();
            keys.present(90, key);
            assertThat(reader.scan(key, 100, new ScanSink(16, 100))).isEqualTo(5);
            engine.settle();
        }
    }

    @ParameterizedTest
    @EnumSource(KeyShape.class)
    void noRecordOfUpToAPageCrossesOne(KeyShape keys) {
        for (int bytes = 1; bytes <= 4096; bytes++) {
            long place = MappedEngine.placeBytes(bytes);
            assertThat(place).isGreaterThanOrEqualTo(bytes);
            assertThat(4096 % place).as("%s, %d bytes", keys, bytes).isZero();
        }
        assertThat(MappedEngine.placeBytes(4097)).isEqualTo(8192);
    }
}
