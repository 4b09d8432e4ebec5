package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.disk.DiskFile;
import dev.polder.generation.ChunkAllocator;
import dev.polder.generation.Generation;
import dev.polder.generation.Payload;
import dev.polder.memory.Memory;
import dev.polder.run.RunFixture.Shape;
import dev.polder.run.RunFixture.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Merging runs leaves every snapshot's view as it was, and nothing that no snapshot sees.
class MergeTest {
    private final long seed = Long.getLong("polder.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Shape.class)
    void mergesKeepWhatSnapshotsSee(Shape shape) {
        int count = shape == Shape.LARGE_VALUES ? 100 : shape == Shape.EMPTY_AND_LONG_KEYS ? 400 : 2000;
        for (int round = 0; round < 12; round++) {
            List<Version> versions = RunFixture.versions(shape, 1 + random.nextInt(count), random);
            try (RunFixture fixture = new RunFixture(folder)) {
                check(fixture, versions, random.nextBoolean());
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round + " " + shape, e);
            }
        }
    }

    private void check(RunFixture fixture, List<Version> versions, boolean bottom) {
        int inputs = 1 + random.nextInt(6);
        List<List<Version>> parts = new ArrayList<>();
        for (int i = 0; i < inputs; i++) parts.add(new ArrayList<>());
        for (Version version : versions) parts.get(random.nextInt(inputs)).add(version);
        List<Run> runs = new ArrayList<>();
        for (List<Version> part : parts) if (!part.isEmpty()) runs.add(fixture.write(part, true, RunFixture.TINY));
        List<RunScanner> scanners = runs.stream().map(fixture::scanner).toList();

        long visible = versions.stream().mapToLong(Version::sequence).max().orElseThrow();
        long[] snapshots = snapshots(versions, visible);
        long target = random.nextBoolean() ? 4000 : 1 << 20;
        List<Run> outputs = merge(fixture, scanners, runs, new MergeRules(snapshots, bottom), target);

        List<Version> merged =
                outputs.stream().flatMap(run -> entries(fixture, run).stream()).toList();
        NavigableMap<Version, Version> before = RunFixture.model(versions);
        NavigableMap<Version, Version> after = RunFixture.model(merged);
        assertThat(after).hasSize(merged.size());
        for (int i = 1; i < outputs.size(); i++) {
            assertThat(Arrays.compareUnsigned(
                            outputs.get(i - 1).section().lastKey(),
                            outputs.get(i).section().firstKey()))
                    .isNegative();
        }
        for (Version version : versions) {
            for (long snapshot : snapshots) {
                Version was = RunFixture.visible(before, version.key(), snapshot);
                Version is = RunFixture.visible(after, version.key(), snapshot);
                assertThat(is == null ? null : is.value()).isEqualTo(was == null ? null : was.value());
            }
        }
        nothingIsTooMuch(merged, snapshots, bottom);
    }

    private long[] snapshots(List<Version> versions, long visible) {
        TreeSet<Long> chosen = new TreeSet<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++)
            chosen.add(versions.get(random.nextInt(versions.size())).sequence());
        chosen.add(visible);
        return chosen.stream().mapToLong(Long::longValue).toArray();
    }

    private List<Run> merge(
            RunFixture fixture, List<RunScanner> sources, List<Run> runs, MergeRules rules, long target) {
        List<Run> outputs = new ArrayList<>();
        long[] moved = new long[2];
        Merge merge =
                new Merge(sources, Merge.sharedBytes(runs), rules, fixture.allocate(Merge.MEMORY_BYTES), (in, out) -> {
                    moved[0] += in;
                    moved[1] += out;
                });
        merge.intoRuns(
                new Merge.Output() {
                    private DiskFile file;

                    @Override
                    public RunWriter begin() {
                        file = fixture.file();
                        return fixture.writer(file, true, RunFixture.TINY);
                    }

                    @Override
                    public void end(RunWriter writer, Section section, long fileBytes) {
                        assertThat(file.size()).isGreaterThanOrEqualTo(fileBytes);
                        outputs.add(new Run(file.openNumber(), file, section, true));
                    }
                },
                7,
                target);
        assertThat(merge.entriesOut())
                .isEqualTo(outputs.stream()
                        .mapToLong(run -> run.section().entries())
                        .sum());
        if (outputs.size() == 1)
            assertThat(moved[1]).isBetween(1L, outputs.getFirst().file().size());
        return outputs;
    }

    static List<Version> entries(RunFixture fixture, Run run) {
        List<Version> entries = new ArrayList<>();
        RunScanner scanner = fixture.scanner(run);
        long memory = fixture.allocate(2 << 20);
        while (scanner.next()) {
            byte[] value = null;
            if (!scanner.isDelete()) {
                scanner.copyValue(0, memory, scanner.valueBytes());
                value = Memory.bytes(memory, scanner.valueBytes());
            }
            entries.add(new Version(Memory.bytes(scanner.key(), scanner.keyBytes()), scanner.sequence(), value));
        }
        return entries;
    }

    /// Every version left is the newest of its key or seen; at the bottom none deletes nothing, and old ones
    /// carry no sequence.
    private static void nothingIsTooMuch(List<Version> merged, long[] snapshots, boolean bottom) {
        for (int i = 0; i < merged.size(); i++) {
            Version version = merged.get(i);
            boolean newest = i == 0 || !Arrays.equals(merged.get(i - 1).key(), version.key());
            boolean oldest =
                    i + 1 == merged.size() || !Arrays.equals(merged.get(i + 1).key(), version.key());
            if (!newest) {
                long newer = merged.get(i - 1).sequence();
                assertThat(Arrays.stream(snapshots).anyMatch(s -> s >= version.sequence() && s < newer))
                        .isTrue();
            }
            if (!bottom) continue;
            if (version.value() == null) assertThat(oldest).isFalse();
            if (version.sequence() != 0) assertThat(version.sequence()).isGreaterThan(snapshots[0]);
        }
    }

    @Test
    void generationsBecomeSectionsOfOneFile() {
        List<Version> versions = new ArrayList<>();
        try (RunFixture fixture = new RunFixture(folder)) {
            Generation generation =
                    new Generation(1, new ChunkAllocator(fixture.memory.budget, fixture.memory.seams), seed);
            long payload = fixture.allocate(4 << 20);
            long visible = 0;
            while (visible < 800) {
                byte[] key = RunFixture.bytes(random, random.nextInt(4), 4);
                byte[] value = RunFixture.bytes(random, random.nextInt(random.nextInt(50) == 0 ? 60_000 : 30), 256);
                boolean delete = random.nextInt(5) == 0;
                int space = 1 + random.nextInt(2);
                long end = delete ? Payload.delete(payload, space, key) : Payload.put(payload, space, key, value);
                if (!generation.reserve(payload, (int) (end - payload))) break;
                generation.apply(payload, (int) (end - payload), ++visible);
                if (space == 1) versions.add(new Version(key, visible, delete ? null : value));
            }
            DiskFile file = fixture.file();
            RunWriter writer = fixture.writer(file, false, RunConfig.DEFAULT);
            List<Section> sections = new ArrayList<>();
            long[] all = LongStream.rangeClosed(0, visible).toArray();
            for (int space : new int[] {1, 2}) {
                GenerationSource source = new GenerationSource(generation.space(space), null);
                long memory = fixture.allocate(Merge.MEMORY_BYTES);
                MergeRules rules = new MergeRules(all, false);
                sections.add(new Merge(List.of(source), 0, rules, memory, (in, out) -> {}).intoSection(writer, space));
            }
            writer.finish();
            List<Version> read = entries(fixture, new Run(1, file, sections.getFirst(), true));
            List<Version> expected = versions.stream().sorted().toList();
            assertThat(read).hasSameSizeAs(expected);
            for (int i = 0; i < read.size(); i++) {
                Version version = read.get(i);
                assertThat(expected.get(i).sameAs(version.key(), version.sequence(), version.value()))
                        .as("seed %d, %s", seed, version)
                        .isTrue();
            }
            generation.release();
        }
    }

    @Test
    void deletesAtTheBottomLeaveNothing() {
        try (RunFixture fixture = new RunFixture(folder)) {
            byte[] key = {1, 2, 3};
            Run put = fixture.write(List.of(new Version(key, 4, new byte[9])), false, RunConfig.DEFAULT);
            Run delete = fixture.write(List.of(new Version(key, 5, null)), false, RunConfig.DEFAULT);
            List<RunScanner> sources = List.of(fixture.scanner(delete), fixture.scanner(put));
            MergeRules rules = new MergeRules(new long[] {5}, true);
            assertThat(merge(fixture, sources, List.of(put, delete), rules, 1 << 20))
                    .isEmpty();
        }
    }

    /// A sealed generation may hold commits that are not visible yet: a snapshot can be taken between any two of
    /// them.
    @Test
    void versionsBeyondTheVisibleSequenceAllStay() {
        try (RunFixture fixture = new RunFixture(folder)) {
            byte[] key = {1};
            List<Version> versions = new ArrayList<>();
            for (long sequence : new long[] {12, 10, 8, 5, 4}) versions.add(new Version(key, sequence, new byte[1]));
            Run run = fixture.write(versions, false, RunConfig.DEFAULT);
            MergeRules rules = new MergeRules(new long[] {6}, true);
            List<Run> merged = merge(fixture, List.of(fixture.scanner(run)), List.of(run), rules, 1 << 20);
            assertThat(entries(fixture, merged.getFirst()).stream().map(Version::sequence))
                    .containsExactly(12L, 10L, 8L, 0L);
        }
    }

    @Test
    void ofTwoEqualVersionsTheNewerSourceCounts() {
        try (RunFixture fixture = new RunFixture(folder)) {
            byte[] key = {1};
            Run a = fixture.write(List.of(new Version(key, 4, new byte[] {1})), false, RunConfig.DEFAULT);
            Run b = fixture.write(List.of(new Version(key, 4, new byte[] {2})), false, RunConfig.DEFAULT);
            List<RunScanner> sources = List.of(fixture.scanner(a), fixture.scanner(b));
            MergeRules rules = new MergeRules(new long[] {9}, false);
            List<Run> merged = merge(fixture, sources, List.of(a, b), rules, 1 << 20);
            assertThat(merged).hasSize(1);
            assertThat(entries(fixture, merged.getFirst()).getFirst().value()).containsExactly(1);
        }
    }
}
