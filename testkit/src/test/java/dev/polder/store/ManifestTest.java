package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.block.BlockHandle;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.errors.CorruptionException;
import dev.polder.errors.NotAStoreException;
import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import dev.polder.log.EpochRange;
import dev.polder.log.StoreId;
import dev.polder.memory.RegionSource;
import dev.polder.run.Section;
import dev.polder.runtime.Seams;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.SimulatedIo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// Random edits: what is written is what is read, as changes, as a state, and as a chain of edits in files.
class ManifestTest {
    private static final Path DIRECTORY = Path.of("/store");
    private static final long ROLL_BYTES = 64 << 10;
    private static final StoreId ID = new StoreId(11, 22);

    private final RegionSource regions = new HeapRegions();
    private final long seed = System.nanoTime();
    private final SplittableRandom random = new SplittableRandom(seed);
    private final SimulatedIo io = new SimulatedIo();

    private long nextFile = 1;
    private int nextSpace = 1;
    private long nextEpoch = 1;
    private long sequence = 1;

    private Disk disk() {
        return new Disk(io, Seams.system(), DiskConfig.DEFAULT);
    }

    private final Manifest.Scratch scratch = new Manifest.Scratch() {
        private final long address = regions.acquire(8192);

        @Override
        public long lend() {
            return address;
        }

        @Override
        public int bytes() {
            return 8192; // smaller than a state, so that it is read and written in parts
        }

        @Override
        public void giveBack(long given) {
            assertThat(given).isEqualTo(address);
        }
    };

    @RepeatedTest(20)
    void changesAndStatesComeBackAsTheyWere() {
        ManifestState state = new ManifestState();
        for (int i = 0; i < 60; i++) {
            List<ManifestChange> edit = randomEdit(state);
            byte[] bytes = ManifestFormat.edit(i, 7, edit);
            assertThat(bytes(decode(bytes))).as("seed %d", seed).isEqualTo(bytes(edit));
            state.apply(edit);
            ManifestState copy = new ManifestState();
            copy.apply(state.snapshot());
            assertThat(bytes(copy.snapshot())).as("seed %d", seed).isEqualTo(bytes(state.snapshot()));
            assertThat(copy.epoch).isEqualTo(state.epochs.isEmpty() ? 0 : state.epochs.lastKey());
        }
    }

    @RepeatedTest(5)
    void aManifestIsReadAsItWasWritten() {
        io.createDirectories(DIRECTORY);
        try (Disk disk = disk()) {
            Manifest manifest = Manifest.create(disk, DIRECTORY, scratch, ROLL_BYTES, ID, true);
            manifest.rollOver();
            for (int i = 0; i < 40; i++) {
                manifest.append(randomEdit(manifest.state()));
                if (random.nextInt(12) == 0) manifest.rollOver();
                if (random.nextInt(6) == 0) {
                    byte[] before = bytes(manifest.state().snapshot());
                    long number = manifest.editNumber();
                    manifest.close();
                    manifest = Manifest.read(disk, DIRECTORY, scratch, ROLL_BYTES);
                    assertThat(bytes(manifest.state().snapshot()))
                            .as("seed %d", seed)
                            .isEqualTo(before);
                    assertThat(manifest.editNumber()).isEqualTo(number);
                }
            }
            manifest.close();
            assertThat(io.files()).hasSize(2);
        }
    }

    /// Any one byte of one copy may be wrong, or its end missing: the other copy has everything.
    @Test
    void oneCopyIsEnough() {
        io.createDirectories(DIRECTORY);
        byte[] expected;
        long number;
        try (Disk disk = disk()) {
            Manifest manifest = Manifest.create(disk, DIRECTORY, scratch, ROLL_BYTES, ID, true);
            manifest.rollOver();
            for (int i = 0; i < 8; i++) manifest.append(randomEdit(manifest.state()));
            expected = bytes(manifest.state().snapshot());
            number = manifest.editNumber();
            manifest.close();
        }
        for (Path file : io.files()) {
            for (int i = 0; i < 150; i++) {
                SimulatedIo damaged = io.copy();
                long size = damaged.size(file);
                if (i % 3 == 0) truncate(damaged, file, random.nextLong(size));
                else damaged.flipBit(file, random.nextLong(size) * 8 + random.nextInt(8));
                try (Disk disk = new Disk(damaged, Seams.system(), DiskConfig.DEFAULT)) {
                    Manifest manifest = Manifest.read(disk, DIRECTORY, scratch, ROLL_BYTES);
                    assertThat(bytes(manifest.state().snapshot()))
                            .as("seed %d", seed)
                            .isEqualTo(expected);
                    assertThat(manifest.editNumber()).isEqualTo(number);
                }
            }
        }
    }

    @Test
    void withoutAValidFirstEditThereIsNoStore() {
        io.createDirectories(DIRECTORY);
        try (Disk disk = disk()) {
            assertThatThrownBy(() -> Manifest.read(disk, DIRECTORY, scratch, ROLL_BYTES))
                    .isInstanceOf(NotAStoreException.class);
            Manifest manifest = Manifest.create(disk, DIRECTORY, scratch, ROLL_BYTES, ID, true);
            manifest.rollOver();
            manifest.close();
        }
        for (Path file : io.files()) truncate(io, file, ManifestFormat.HEADER_BYTES + 3);
        try (Disk disk = disk()) {
            assertThatThrownBy(() -> Manifest.read(disk, DIRECTORY, scratch, ROLL_BYTES))
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("manifest");
        }
    }

    @Test
    void statesThatCannotBeAreRefused() {
        ManifestState state = new ManifestState();
        state.apply(List.of(
                new ManifestChange.HighWater(10, 10),
                new ManifestChange.SpaceCreate(1, "a"),
                new ManifestChange.FileAdd(1, 100, 1),
                new ManifestChange.FileAdd(2, 100, 1),
                new ManifestChange.RunAdd(1, 1, section(1, 10, 20))));
        List<List<ManifestChange>> broken = List.of(
                List.of(new ManifestChange.RunAdd(1, 2, section(1, 20, 30))),
                List.of(new ManifestChange.RunAdd(1, 3, section(1, 50, 60))),
                List.of(new ManifestChange.FileAdd(4, 100, 2), new ManifestChange.RunAdd(1, 4, section(1, 50, 60))),
                List.of(new ManifestChange.RunAdd(0, 2, section(2, 50, 60))),
                List.of(new ManifestChange.RunRemove(1, 0, 1)),
                List.of(new ManifestChange.FileDrop(1)),
                List.of(new ManifestChange.FileAdd(10, 1, 1)),
                List.of(new ManifestChange.SpaceCreate(10, "b")),
                List.of(
                        new ManifestChange.EpochSet(EpochRange.open(1, 1)),
                        new ManifestChange.EpochSet(EpochRange.open(2, 2))));
        for (List<ManifestChange> edit : broken) {
            ManifestState copy = new ManifestState();
            copy.apply(state.snapshot());
            assertThatThrownBy(() -> copy.apply(edit)).as(edit.toString()).isInstanceOf(IllegalStateException.class);
        }
        assertThat(state.filesOnlyOf(1)).containsExactly(1L);
    }

    private static void truncate(SimulatedIo io, Path path, long bytes) {
        try (IoFile file = io.open(path, IoEngine.OpenMode.WRITE)) {
            file.truncate(bytes);
        }
    }

    private static byte[] bytes(List<ManifestChange> changes) {
        return ManifestFormat.edit(0, 0, changes);
    }

    private static List<ManifestChange> decode(byte[] edit) {
        ByteBuffer in = ByteBuffer.wrap(edit).order(ByteOrder.LITTLE_ENDIAN);
        int length = in.getInt(4);
        return ManifestFormat.changes(
                in.slice(ManifestFormat.EDIT_HEADER_BYTES, length).order(ByteOrder.LITTLE_ENDIAN));
    }

    /// An edit that a store could make.
    private List<ManifestChange> randomEdit(ManifestState state) {
        List<ManifestChange> edit = new ArrayList<>();
        switch (random.nextInt(7)) {
            case 0 -> {
                byte[] name = new byte[1 + random.nextInt(255)];
                Arrays.fill(name, (byte) ('a' + random.nextInt(26)));
                edit.add(new ManifestChange.HighWater(nextFile, nextSpace + 1));
                edit.add(new ManifestChange.SpaceCreate(
                        nextSpace, nextSpace + new String(name, 0, name.length / 2, StandardCharsets.UTF_8)));
                nextSpace++;
            }
            case 1 -> {
                edit.add(new ManifestChange.Flushed(sequence += random.nextInt(100)));
                edit.add(new ManifestChange.HighWater(nextFile, nextSpace));
            }
            case 2 -> {
                if (!state.epochs.isEmpty() && random.nextBoolean()) {
                    edit.add(new ManifestChange.EpochForget(state.epochs.firstKey()));
                }
                edit.add(new ManifestChange.EpochSet(
                        EpochRange.ended(nextEpoch, nextEpoch, (nextEpoch << 32) | 4096, sequence)));
                nextEpoch++;
            }
            case 3 -> {
                if (state.spaces.isEmpty()) break;
                int space = state.spaces.firstKey();
                List<Long> dead = state.filesOnlyOf(space);
                edit.add(new ManifestChange.SpaceDrop(space));
                dead.forEach(file -> edit.add(new ManifestChange.FileDrop(file)));
            }
            case 4 -> {
                for (int space : state.spaces.keySet()) {
                    if (state.runsOf(space).isEmpty()) continue;
                    ManifestState.RunEntry run = state.runsOf(space).getFirst();
                    edit.add(new ManifestChange.RunRemove(space, run.level(), run.fileId()));
                    break;
                }
            }
            default -> {
                if (state.spaces.isEmpty()) break;
                edit.add(new ManifestChange.HighWater(nextFile + 1, nextSpace));
                List<Integer> spaces = state.spaces.keySet().stream()
                        .filter(space -> random.nextInt(3) == 0)
                        .toList();
                edit.add(new ManifestChange.FileAdd(nextFile, random.nextLong(1 << 30), spaces.size()));
                for (int space : spaces) {
                    int level = spaces.size() == 1 ? random.nextInt(3) : 0;
                    int from = (int) nextFile * 10;
                    edit.add(new ManifestChange.RunAdd(level, nextFile, section(space, from, from + 9)));
                }
                nextFile++;
            }
        }
        return edit;
    }

    private Section section(int space, int from, int to) {
        long entries = 1 + random.nextLong(1_000);
        int raw = 100 + random.nextInt(1_000);
        BlockHandle root = new BlockHandle(8L * random.nextInt(1 << 20), raw, raw, 0, random.nextInt());
        byte[] first = key(from);
        byte[] last = key(to);
        long lastSequence = sequence += entries;
        return new Section(
                space, entries, random.nextLong(entries), first, last, 1, lastSequence, 0, 5_000, 9_000, root, 2);
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }
}
