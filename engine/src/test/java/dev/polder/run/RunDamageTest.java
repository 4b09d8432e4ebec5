package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.memory.Memory;
import dev.polder.run.RunFixture.Shape;
import dev.polder.run.RunFixture.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Wrong bytes are never served, and never left unnamed.
class RunDamageTest {
    private final long seed = Long.getLong("polder.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    Path folder;

    @Test
    void verifyNamesEveryFlippedByte() throws Exception {
        try (RunFixture fixture = new RunFixture(folder)) {
            DiskFile file = fixture.file();
            List<Section> sections = new ArrayList<>();
            RunWriter writer = fixture.writer(file, true, RunFixture.TINY);
            long memory = fixture.allocate(4096 + (2 << 20));
            for (Shape shape : List.of(Shape.SHORT_KEYS, Shape.COMPRESSIBLE, Shape.LARGE_VALUES)) {
                writer.beginSection(sections.size());
                int count = shape == Shape.LARGE_VALUES ? 4 : shape == Shape.COMPRESSIBLE ? 160 : 3;
                for (Version version : RunFixture.versions(shape, count, new Random(3 + sections.size()))) {
                    RunFixture.add(writer, memory, version);
                }
                sections.add(writer.endSection());
            }
            long bytes = writer.finish();
            RunVerifier.Counts counts = verifier(fixture, file).file(sections);
            assertThat(counts.entries())
                    .isEqualTo(sections.stream().mapToLong(Section::entries).sum());
            assertThat(counts.blocks()).isGreaterThan(40);

            byte[] content = Files.readAllBytes(file.path());
            assertThat(content).hasSize((int) bytes);
            int step = 1 + content.length / 6000;
            for (int at = random.nextInt(step); at < bytes; at += step) {
                byte flipped = (byte) (content[at] ^ (1 << random.nextInt(8)));
                write(file, memory, at, flipped);
                assertThatThrownBy(() -> verifier(fixture, file).file(sections))
                        .as("seed %d, byte %d", seed, at)
                        .isInstanceOf(CorruptionException.class)
                        .hasMessageContaining(file.path().toString());
                write(file, memory, at, content[at]);
            }
            verifier(fixture, file).file(sections);
        }
    }

    private long verifierMemory;
    private long spare;

    private RunVerifier verifier(RunFixture fixture, DiskFile file) {
        int bytes = RunVerifier.memoryBytes(0);
        if (verifierMemory == 0) verifierMemory = fixture.allocate(bytes);
        return new RunVerifier(file, verifierMemory, bytes, fixture.codecs, Lane.SCRUB, (in, out) -> {});
    }

    private static void write(DiskFile file, long memory, long at, byte value) {
        long page = at & -4096;
        file.read(page, memory & -4096, 4096, Lane.SCRUB);
        Memory.putByte((memory & -4096) + at - page, value);
        file.write(page, memory & -4096, 4096, Lane.SCRUB);
    }

    @Test
    void readsOfADamagedBlockFailAndNameTheFile() throws Exception {
        List<Version> versions = RunFixture.versions(Shape.SHARED_PREFIX, 500, random);
        try (RunFixture fixture = new RunFixture(folder)) {
            Run run = fixture.write(versions, true, RunConfig.DEFAULT);
            long memory = fixture.allocate(8192);
            write(run.file(), memory, 20, (byte) (Files.readAllBytes(run.file().path())[20] ^ 4));
            byte[] first = run.section().firstKey();
            Memory.copyIn(first, 0, memory, first.length);
            assertThatThrownBy(() -> run.get(fixture.loader, new ReadScratch(), memory, first.length, Long.MAX_VALUE))
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining(run.file().path().toString());
            assertThatThrownBy(() -> fixture.cursor(run).first()).isInstanceOf(CorruptionException.class);
            assertThatThrownBy(() -> fixture.scanner(run).next()).isInstanceOf(CorruptionException.class);
        }
    }

    /// Optimistic readers search frames that are being reused: whatever is there, they must end, inside the
    /// block.
    @Test
    void searchesOverGarbageStayInsideTheBlock() {
        try (RunFixture fixture = new RunFixture(folder)) {
            long area = fixture.allocate(65536);
            long key = fixture.allocate(4096);
            long copy = fixture.allocate(8192);
            spare = fixture.allocate(65536);
            List<Version> versions = RunFixture.versions(Shape.SHARED_PREFIX, 200, random);
            DataEntry entry = new DataEntry();
            BlockPointer pointer = new BlockPointer();
            DataBlockBuilder builder =
                    new DataBlockBuilder(fixture.allocate(DataBlockBuilder.MEMORY_BYTES), RunConfig.DEFAULT);
            for (int i = 0; i < 200_000; i++) {
                int bytes = 64 + random.nextInt(random.nextInt(10) == 0 ? 60_000 : 400);
                long block = area + 65536 - bytes;
                fill(block, bytes, builder, versions, key);
                int keyBytes = random.nextInt(40);
                Memory.copyIn(RunFixture.bytes(random, keyBytes, 3), 0, key, keyBytes);
                long sequence = random.nextLong() >>> 10;
                int found = DataBlock.search(block, bytes, key, keyBytes, sequence);
                assertThat(found).isLessThanOrEqualTo(65535);
                DataBlock.find(block, bytes, key, keyBytes, sequence, entry);
                int count = DataBlock.count(block, bytes);
                if (count > 0 && DataBlock.decode(block, bytes, random.nextInt(count), entry)) {
                    assertThat(entry.keyBytes()).isBetween(0, 2048);
                    assertThat(entry.tail).isBetween(block, block + bytes);
                    assertThat(entry.value + entry.valueBytes).isBetween(block, block + bytes);
                    DataBlock.copyKey(block, entry, copy, true);
                    entry.userValueBytes();
                    entry.piece(random.nextInt(20), pointer);
                }
                int child = IndexBlock.search(block, bytes, key, keyBytes, sequence);
                int children = IndexBlock.count(block, bytes);
                if (child >= 0 && children > 0) assertThat(child).isLessThan(children);
                IndexBlock.child(block, bytes, child, pointer);
                IndexBlock.filter(block, bytes, child, pointer);
                IndexBlock.ownFilter(block, bytes, pointer);
                FilterBlock.mayContain(block, bytes, random.nextLong());
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    /// Pure noise, noise behind a plausible header, or a real block with some bytes changed.
    private void fill(long block, int bytes, DataBlockBuilder builder, List<Version> versions, long key) {
        byte[] noise = RunFixture.bytes(random, bytes, random.nextBoolean() ? 256 : 3);
        Memory.copyIn(noise, 0, block, bytes);
        if (random.nextInt(3) == 0) return;
        Memory.putShort(block, random.nextInt(20));
        Memory.putShort(block + 2, random.nextInt(30));
        if (random.nextBoolean()) Memory.putShort(block + 4, 12 + 12 * random.nextInt(2));
        if (random.nextBoolean() || bytes > 400) return;
        builder.clear();
        for (Version version : versions) {
            Memory.copyIn(version.key(), 0, key, version.key().length);
            if (!builder.tryAdd(key, version.key().length, version.sequence(), DataBlock.DELETE, 0, 0)) break;
        }
        int built = builder.build(spare);
        Memory.copy(spare, block, Math.min(built, bytes));
        for (int i = random.nextInt(4); i > 0; i--)
            Memory.putByte(block + random.nextInt(bytes), (byte) random.nextInt());
    }

    @Test
    void aboutOneAbsentKeyInAHundredPassesTheFilter() {
        try (RunFixture fixture = new RunFixture(folder)) {
            int keys = RunConfig.DEFAULT.keysPerLeaf();
            long hashes = fixture.allocate(8L * keys);
            long key = fixture.allocate(64);
            int bytes = FilterBlock.bytes(keys);
            assertThat(bytes).isEqualTo(4096);
            long block = fixture.allocate(bytes);
            int passed = 0;
            int probed = 0;
            for (int round = 0; round < 20; round++) {
                long base = random.nextLong();
                for (int i = 0; i < keys; i++) {
                    Memory.putLong(key, base + i);
                    Memory.putLong(key + 8, i);
                    Memory.putLong(hashes + 8L * i, KeyHash.of(key, 16));
                }
                FilterBlock.build(hashes, keys, block, bytes);
                for (int i = 0; i < 50_000; i++) {
                    if (i < keys)
                        assertThat(FilterBlock.mayContain(block, bytes, Memory.getLong(hashes + 8L * i)))
                                .isTrue();
                    Memory.putLong(key, base + keys + i);
                    Memory.putLong(key + 8, keys + i);
                    probed++;
                    if (FilterBlock.mayContain(block, bytes, KeyHash.of(key, 16))) passed++;
                }
            }
            System.out.printf("filter: %.3f %% of absent keys pass, seed %d%n", 100.0 * passed / probed, seed);
            assertThat((double) passed / probed).as("seed %d", seed).isBetween(0.001, 0.0125);
        }
    }
}
