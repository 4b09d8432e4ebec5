package dev.polder.bench.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.compress.v3.lz4.Lz4JavaCompressor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataTest {
    private static final long SEED = 7;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 100, 1000, 4096, 4097, 65_537})
    void aShuffleVisitsEachNumberOnceAndOutOfOrder(long count) {
        Shuffle shuffle = new Shuffle(count, SEED);
        BitSet seen = new BitSet();
        long inPlace = 0;
        for (long i = 0; i < count; i++) {
            assertThat(shuffle.at(i)).isBetween(0L, count - 1);
            seen.set((int) shuffle.at(i));
            if (shuffle.at(i) == i) inPlace++;
        }
        assertThat(seen.cardinality()).isEqualTo((int) count);
        if (count >= 100) assertThat(inPlace).isLessThan(count / 10);
    }

    /// Neighbours in a random order are a third of the range apart, on average.
    @Test
    void aShuffleLooksRandom() {
        long count = 100_000;
        Shuffle shuffle = new Shuffle(count, SEED);
        double distance = 0;
        for (long i = 1; i < count; i++) distance += Math.abs(shuffle.at(i) - shuffle.at(i - 1));
        assertThat(distance / count / count).isBetween(0.30, 0.37);
    }

    @ParameterizedTest
    @EnumSource(KeyShape.class)
    void keysAreInTheOrderOfTheirRecordsAndMissingOnesLieBetween(KeyShape shape) {
        byte[] before = new byte[KeyShape.KEY_BYTES];
        byte[] missing = new byte[KeyShape.KEY_BYTES];
        byte[] after = new byte[KeyShape.KEY_BYTES];
        for (long record = 0; record < 2000; record++) {
            shape.present(record, before);
            shape.missing(record, missing);
            shape.present(record + 1, after);
            assertThat(Arrays.compareUnsigned(before, missing)).isNegative();
            assertThat(Arrays.compareUnsigned(missing, after)).isNegative();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 100, 101, 1000})
    void valuesCompressToAboutHalf(int valueBytes) {
        Values values = new Values(valueBytes, SEED);
        byte[] value = new byte[valueBytes];
        byte[] block = new byte[valueBytes * Math.max(4, 4096 / valueBytes)];
        for (int at = 0, record = 0; at < block.length; at += valueBytes, record++) {
            values.write(record, 0, value);
            System.arraycopy(value, 0, block, at, valueBytes);
        }
        Lz4JavaCompressor lz4 = new Lz4JavaCompressor();
        byte[] compressed = new byte[lz4.maxCompressedLength(block.length)];
        int compressedBytes = lz4.compress(block, 0, block.length, compressed, 0, compressed.length);
        assertThat((double) compressedBytes / block.length).isBetween(0.47, 0.60);
    }

    @Test
    void aValueBelongsToItsRecordInEveryVersionAndToNoOther() {
        Values values = new Values(100, SEED);
        byte[] value = new byte[100];
        byte[] scratch = new byte[100];
        for (long version = 0; version < 3; version++) {
            values.write(41, version, value);
            assertThat(values.belongsTo(41, value, scratch)).isTrue();
            assertThat(values.belongsTo(42, value, scratch)).isFalse();
        }
        assertThat(values.belongsTo(41, new byte[99], scratch)).isFalse();
        assertThat(new Values(100, SEED + 1).belongsTo(41, value, scratch)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 100, 101})
    void everyFlippedByteOfAValueIsNoticed(int valueBytes) {
        Values values = new Values(valueBytes, SEED);
        byte[] value = new byte[valueBytes];
        values.write(5, 1, value);
        for (int i = 0; i < valueBytes; i++) {
            value[i] ^= 1;
            assertThat(values.belongsTo(5, value, new byte[valueBytes]))
                    .as("byte %d", i)
                    .isFalse();
            value[i] ^= 1;
        }
    }

    /// Figures of different days are only comparable if the data was the same: this changes only on purpose.
    @Test
    void theSameSeedMakesTheSameDataForEver() {
        CRC32C checksum = new CRC32C();
        Values values = new Values(100, SEED);
        Shuffle shuffle = new Shuffle(1000, SEED);
        byte[] key = new byte[KeyShape.KEY_BYTES];
        byte[] value = new byte[100];
        for (int i = 0; i < 1000; i++) {
            for (KeyShape shape : KeyShape.values()) {
                shape.present(shuffle.at(i), key);
                checksum.update(key);
            }
            values.write(shuffle.at(i), i % 3, value);
            checksum.update(value);
        }
        assertThat(checksum.getValue()).isEqualTo(3_908_293_398L);
    }
}
