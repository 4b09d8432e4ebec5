package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.block.BlockGather;
import dev.polder.disk.Lane;
import dev.polder.memory.Memory;
import dev.polder.run.RunFixture.Shape;
import dev.polder.run.RunFixture.Version;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A run against its model, a sorted map of versions: every way to read, every shape of data, tiny blocks and
/// real ones, and a pool that takes frames away while they are read.
class RunModelTest {
    private final long seed = Long.getLong("polder.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Shape.class)
    void runsReadBackWhatWasWritten(Shape shape) {
        int count = shape == Shape.LARGE_VALUES ? 150 : shape == Shape.EMPTY_AND_LONG_KEYS ? 600 : 3000;
        for (int round = 0; round < 12; round++) {
            RunConfig config = round % 3 == 2 ? RunConfig.DEFAULT : RunFixture.TINY;
            List<Version> versions = RunFixture.versions(shape, round == 0 ? 1 : 1 + random.nextInt(count), random);
            try (RunFixture fixture = new RunFixture(folder)) {
                long base = random.nextBoolean() ? 0 : 1 + random.nextInt(1_000_000);
                List<Version> later =
                        versions.stream().map(version -> version.later(base)).toList();
                check(fixture, later, random.nextBoolean(), config, base);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round + " " + shape, e);
            }
        }
    }

    private void check(RunFixture fixture, List<Version> versions, boolean compress, RunConfig config, long base) {
        NavigableMap<Version, Version> model = RunFixture.model(versions);
        Run run = fixture.write(versions, compress, config, base);
        if (config.equals(RunFixture.TINY) && versions.size() > 2000)
            assertThat(run.section().height()).isGreaterThan(2);
        assertThat(run.section().entries()).isEqualTo(versions.size());
        switch (random.nextInt(3)) {
            case 0 -> fixture.stealFrames();
            case 1 -> fixture.memory.squeeze(); // a pool smaller than the run
            default -> {}
        }
        gets(fixture, run, model, versions);
        wholeScan(fixture, run, versions);
        cursorWalks(fixture, run, model, versions);
        mergeScan(fixture, fixture.scanner(run), versions);
        try (RunsSource ahead = fixture.source(run, RunScanner.memoryBytes(random.nextInt(1 << 20)))) {
            mergeScan(fixture, ahead, versions);
        }
    }

    private void gets(RunFixture fixture, Run run, NavigableMap<Version, Version> model, List<Version> versions) {
        ReadScratch scratch = new ReadScratch();
        long memory = fixture.allocate(4096);
        for (int i = 0; i < 2000; i++) {
            Version some = versions.get(random.nextInt(versions.size()));
            byte[] key = random.nextInt(4) == 0 ? nearby(some.key()) : some.key();
            long sequence = random.nextInt(4) == 0 ? Long.MAX_VALUE : some.sequence() + random.nextInt(3) - 1;
            Version expected = RunFixture.visible(model, key, sequence);
            Memory.copyIn(key, 0, memory, key.length);
            scratch.toNewArray();
            int outcome = i % 2 == 0
                    ? run.get(fixture.loader, scratch, memory, key.length, sequence)
                    : getInRounds(fixture, run, scratch, memory, key.length, sequence);
            if (expected == null) {
                assertThat(outcome).isEqualTo(Run.MISSING);
            } else {
                assertThat(outcome).as("%s", expected).isEqualTo(expected.value() == null ? Run.DELETED : Run.FOUND);
                assertThat(scratch.sequence()).isEqualTo(expected.sequence());
                if (expected.value() != null) {
                    assertThat(Arrays.equals(scratch.value(), expected.value())).isTrue();
                    assertThat(scratch.valueBytes()).isEqualTo(expected.value().length);
                }
            }
        }
    }

    /// As look-ups that are done side by side: each step ends before a block that is not there.
    private int getInRounds(RunFixture fixture, Run run, ReadScratch scratch, long key, int keyBytes, long sequence) {
        try (BlockGather gather = fixture.loader.gather(Lane.FOREGROUND)) {
            scratch.collect(gather);
            for (int round = 0; round < 20; round++) {
                int outcome = run.get(fixture.loader, scratch, key, keyBytes, sequence);
                if (outcome != Run.LACKING) return outcome;
                if (scratch.lacks() == 0) break; // a large value
                assertThat(gather.next()).isTrue();
                assertThat(gather.came(scratch.lacks())).isTrue();
                assertThat(gather.next()).isFalse();
            }
        } finally {
            scratch.collect(null);
        }
        return run.get(fixture.loader, scratch, key, keyBytes, sequence); // or frames are stolen faster than we look
    }

    private byte[] nearby(byte[] key) {
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(key, Math.min(2048, key.length + 1));
            case 1 -> Arrays.copyOf(key, Math.max(0, key.length - 1));
            case 2 -> RunFixture.bytes(random, random.nextInt(12), 256);
            default -> {
                byte[] other = key.clone();
                if (other.length > 0) other[random.nextInt(other.length)]++;
                yield other;
            }
        };
    }

    private void wholeScan(RunFixture fixture, Run run, List<Version> versions) {
        RunCursor cursor = fixture.cursor(run);
        cursor.first();
        for (Version version : versions) {
            same(cursor, version);
            cursor.next();
        }
        assertThat(cursor.valid()).isFalse();
        cursor.last();
        for (Version version : versions.reversed()) {
            same(cursor, version);
            cursor.previous();
        }
        assertThat(cursor.valid()).isFalse();
    }

    private void cursorWalks(
            RunFixture fixture, Run run, NavigableMap<Version, Version> model, List<Version> versions) {
        RunCursor cursor = fixture.cursor(run);
        long memory = fixture.allocate(4096);
        Version at = null;
        for (int i = 0; i < 3000; i++) {
            Version some = versions.get(random.nextInt(versions.size()));
            byte[] key = random.nextInt(3) == 0 ? nearby(some.key()) : some.key();
            long sequence = random.nextInt(4) == 0 ? Long.MAX_VALUE : some.sequence() + random.nextInt(3) - 1;
            Memory.copyIn(key, 0, memory, key.length);
            switch (random.nextInt(12)) {
                case 0 -> {
                    cursor.first();
                    at = model.firstKey();
                }
                case 1 -> {
                    cursor.last();
                    at = model.lastKey();
                }
                case 2, 3 -> {
                    cursor.seek(memory, key.length, sequence);
                    at = model.ceilingKey(new Version(key, sequence, null));
                }
                case 4, 5 -> {
                    cursor.seekBefore(memory, key.length);
                    at = model.lowerKey(new Version(key, Long.MAX_VALUE, null));
                }
                case 6, 7, 8 -> {
                    if (at == null) continue;
                    cursor.next();
                    at = model.higherKey(at);
                }
                default -> {
                    if (at == null) continue;
                    cursor.previous();
                    at = model.lowerKey(at);
                }
            }
            assertThat(cursor.valid()).isEqualTo(at != null);
            if (at != null) same(cursor, at);
        }
    }

    private void same(RunCursor cursor, Version version) {
        assertThat(cursor.valid()).isTrue();
        byte[] key = Memory.bytes(cursor.keyAddress(), cursor.keyBytes());
        byte[] value = cursor.isDelete() ? null : new byte[cursor.valueBytes()];
        if (value != null) assertThat(cursor.copyValue(value)).isEqualTo(value.length);
        if (!version.sameAs(key, cursor.sequence(), value)) {
            throw new AssertionError("expected " + version + " found " + new Version(key, cursor.sequence(), value));
        }
    }

    private void mergeScan(RunFixture fixture, EntrySource scanner, List<Version> versions) {
        long memory = fixture.allocate(2 << 20);
        for (Version version : versions) {
            assertThat(scanner.next()).isTrue();
            byte[] key = Memory.bytes(scanner.key(), scanner.keyBytes());
            byte[] value = null;
            if (!scanner.isDelete()) {
                int half = scanner.valueBytes() / 2;
                scanner.copyValue(0, memory, half);
                scanner.copyValue(half, memory + half, scanner.valueBytes() - half);
                value = Memory.bytes(memory, scanner.valueBytes());
                if (scanner.value() != 0)
                    assertThat(Memory.bytes(scanner.value(), value.length)).isEqualTo(value);
            }
            if (!version.sameAs(key, scanner.sequence(), value)) {
                throw new AssertionError(
                        "expected " + version + " found " + new Version(key, scanner.sequence(), value));
            }
        }
        assertThat(scanner.next()).isFalse();
        assertThat(scanner.next()).isFalse();
    }
}
