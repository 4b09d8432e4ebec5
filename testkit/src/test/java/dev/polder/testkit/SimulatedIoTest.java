package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.io.Errno;
import dev.polder.io.IoBatch;
import dev.polder.io.IoEngine.OpenMode;
import dev.polder.io.IoFile;
import dev.polder.io.Space;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedIoTest {
    private static final Path STORE = Path.of("/store");
    private static final Path A = STORE.resolve("a");
    private static final Path B = STORE.resolve("b");
    private static final int SEEDS = 300;

    private final SimulatedIo io = new SimulatedIo();
    private final Space space = new Space(1 << 20);

    @BeforeEach
    void makeStore() {
        io.createDirectories(STORE);
        io.settle();
    }

    @AfterEach
    void free() {
        space.close();
    }

    @ParameterizedTest
    @EnumSource(CrashProfile.class)
    void syncedBytesAreInEveryImage(CrashProfile profile) {
        byte[] content = random(3 * 4096, 1);
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, content);
            file.sync();
            io.syncDirectory(STORE);
            int synced = io.operations() - 1;
            write(file, content.length, random(8192, 2)); // bystanders of this write never change
            for (int seed = 0; seed < SEEDS; seed++) {
                for (int i = synced; i < io.operations(); i++) {
                    byte[] after = io.crashImage(i, profile, seed).bytes(A);
                    assertThat(Arrays.copyOf(after, content.length))
                            .as("seed %d", seed)
                            .isEqualTo(content);
                }
            }
        }
    }

    @Test
    void profilesAreWhatTheySay() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, Space.filled(4096, 1));
            file.sync();
            io.syncDirectory(STORE);
            write(file, 100, Space.filled(8192, 2));
            assertThat(io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).bytes(A))
                    .isEqualTo(Space.filled(4096, 1));
            assertThat(io.crashImage(CrashProfile.KEEP_ALL, 1).bytes(A)).isEqualTo(io.bytes(A));
        }
    }

    /// What no image shows, no test can find: every fate of a write must come up.
    @Test
    void everyFateOfAWriteComesUp() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, Space.filled(8192, 1));
            file.sync();
            io.syncDirectory(STORE);
            write(file, 0, Space.filled(8192, 2));
            boolean kept = false, dropped = false, tornBySector = false, tornByBlock = false, garbage = false;
            for (int seed = 0; seed < SEEDS; seed++) {
                Set<Byte> values = new HashSet<>();
                byte[] bytes = io.crashImage(CrashProfile.RANDOM, seed).bytes(A);
                for (byte b : bytes) values.add(b);
                kept |= values.equals(Set.of((byte) 2));
                dropped |= values.equals(Set.of((byte) 1));
                tornBySector |= values.equals(Set.of((byte) 1, (byte) 2)) && bytes[0] != bytes[512];
                tornByBlock |= values.equals(Set.of((byte) 1, (byte) 2)) && bytes[0] == bytes[4095];
                garbage |= values.size() > 10;
            }
            assertThat(kept && dropped && tornBySector && tornByBlock && garbage)
                    .isTrue();
        }
    }

    @Test
    void ofTwoWritesToOnePlaceTheOlderAloneMayArrive() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, Space.filled(512, 1));
            file.sync();
            io.syncDirectory(STORE);
            write(file, 0, Space.filled(512, 2));
            write(file, 0, Space.filled(512, 3));
            Set<Byte> seen = new HashSet<>();
            for (int seed = 0; seed < SEEDS; seed++)
                seen.add(io.crashImage(CrashProfile.TORN, seed).bytes(A)[0]);
            assertThat(seen).containsExactlyInAnyOrder((byte) 1, (byte) 2, (byte) 3);
        }
    }

    /// A write of a batch has not ended before its owner has heard of it: a sync in between does not cover it.
    @Test
    void aSyncDoesNotCoverAWriteUnderWay() {
        for (boolean heard : new boolean[] {false, true}) {
            Path path = STORE.resolve("heard" + heard);
            try (IoFile file = io.open(path, OpenMode.CREATE);
                    IoBatch batch = io.batchElsewhere(2)) {
                file.truncate(8192);
                batch.write(0, file, 0, space.put(Space.filled(4096, 1)), 4096);
                batch.write(1, file, 4096, space.address(), 4096);
                batch.submit();
                if (heard) while (batch.next() >= 0) {}
                file.sync();
                io.syncDirectory(STORE);
                assertThat(io.bytes(path)).isEqualTo(Space.filled(8192, 1));
                assertThat(io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).bytes(path))
                        .isEqualTo(Space.filled(8192, heard ? 1 : 0));
                while (batch.next() >= 0) {}
                file.sync();
                assertThat(io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).bytes(path))
                        .isEqualTo(Space.filled(8192, 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void memoryOfAWriteUnderWayMustNotChange(boolean closed) {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            IoBatch batch = io.batchElsewhere(1);
            batch.write(0, file, 0, space.put(Space.filled(4096, 1)), 4096);
            batch.submit();
            space.put(Space.filled(1, 2));
            assertThatExceptionOfType(AssertionError.class)
                    .isThrownBy(() -> {
                        if (!closed) batch.next();
                        batch.close();
                    })
                    .withMessageContaining("memory changed while it was being written: file=" + A);
        }
    }

    /// The power goes in the middle of a batch: some of its writes were done, in any order, and none need be there.
    @Test
    void writesOfABatchReachTheDeviceInAnyOrder() {
        Set<Set<Integer>> seen = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            Path path = STORE.resolve("f" + seed);
            io.batchOrder(seed);
            try (IoFile file = io.open(path, OpenMode.CREATE);
                    IoBatch batch = io.batchElsewhere(3)) {
                file.truncate(3 * 4096);
                file.sync();
                io.syncDirectory(STORE);
                int before = io.operations();
                for (int i = 0; i < 3; i++) batch.write(i, file, 4096L * i, space.put(Space.filled(4096, 1)), 4096);
                batch.submit();
                byte[] after = io.crashImage(before, CrashProfile.RANDOM, seed).bytes(path);
                Set<Integer> there = new HashSet<>();
                for (int i = 0; i < 3; i++) if (after[4096 * i] == 1) there.add(i);
                seen.add(there);
                while (batch.next() >= 0) {}
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(Set.of(), Set.of(0), Set.of(1), Set.of(2));
    }

    /// An append after a sync shares a sector with synced bytes: they stay, unless blocks may be garbled as a whole.
    @Test
    void onlyBlockGarbageHarmsSyncedNeighbours() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, Space.filled(100, 1));
            file.sync();
            io.syncDirectory(STORE);
            write(file, 100, Space.filled(100, 2));
            boolean harmed = false;
            for (int seed = 0; seed < SEEDS; seed++) {
                assertThat(Arrays.copyOf(
                                io.crashImage(CrashProfile.RANDOM, seed).bytes(A), 100))
                        .isEqualTo(Space.filled(100, 1));
                byte[] bytes = io.crashImage(CrashProfile.BLOCK_GARBAGE, seed).bytes(A);
                harmed |= !Arrays.equals(Arrays.copyOf(bytes, 100), Space.filled(100, 1));
            }
            assertThat(harmed).isTrue();
        }
    }

    @Test
    void growthAndContentHaveFatesApart() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            file.sync();
            io.syncDirectory(STORE);
            write(file, 0, Space.filled(4096, 1));
            boolean absent = false, grownEmpty = false, whole = false;
            for (int seed = 0; seed < SEEDS; seed++) {
                byte[] bytes = io.crashImage(CrashProfile.RANDOM, seed).bytes(A);
                absent |= bytes.length == 0;
                grownEmpty |= Arrays.equals(bytes, new byte[4096]);
                whole |= Arrays.equals(bytes, Space.filled(4096, 1));
            }
            assertThat(absent && grownEmpty && whole).isTrue();
        }
    }

    @Test
    void aTruncationIsDurableOnlyWhenSynced() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, Space.filled(4096, 1));
            file.sync();
            io.syncDirectory(STORE);
            file.truncate(10);
            Set<Integer> sizes = new HashSet<>();
            for (int seed = 0; seed < SEEDS; seed++)
                sizes.add(io.crashImage(CrashProfile.RANDOM, seed).bytes(A).length);
            assertThat(sizes).containsExactlyInAnyOrder(10, 4096);
            file.sync();
            assertThat(io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).bytes(A))
                    .isEqualTo(Space.filled(10, 1));
        }
    }

    @Test
    void aNameIsDurableOnlyWhenItsDirectoryIsSynced() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, Space.filled(10, 1));
            file.sync();
        }
        assertThat(presence(A)).containsExactlyInAnyOrder(true, false);
        io.syncDirectory(STORE);
        assertThat(presence(A)).containsExactly(true);
        io.delete(A);
        assertThat(presence(A)).containsExactlyInAnyOrder(true, false);
        io.syncDirectory(STORE);
        assertThat(presence(A)).containsExactly(false);
    }

    @Test
    void aDirectoryNeedsItsParentSynced() {
        Path child = STORE.resolve("child");
        io.createDirectories(child);
        io.open(child.resolve("x"), OpenMode.CREATE).close();
        io.syncDirectory(child);
        assertThat(presence(child.resolve("x"))).containsExactlyInAnyOrder(true, false);
        io.syncDirectory(STORE);
        assertThat(presence(child.resolve("x"))).containsExactly(true);
    }

    @Test
    void aRenameHappensWhollyOrNotAtAll() {
        fill(A, 1);
        fill(B, 2);
        io.settle();
        io.rename(A, B);
        Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedIo after = io.crashImage(CrashProfile.RANDOM, seed);
            seen.add((after.exists(A) ? "a" + after.bytes(A)[0] : "") + "b" + after.bytes(B)[0]);
        }
        assertThat(seen).containsExactlyInAnyOrder("a1b2", "b1");
        io.syncDirectory(STORE);
        assertThat(io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).files()).containsExactly(B);
    }

    @Test
    void theSameSeedGivesTheSameImage() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            for (int i = 0; i < 20; i++) write(file, 1000L * i, random(3000, i));
        }
        io.syncDirectory(STORE);
        int distinct = 0;
        for (int seed = 0; seed < 20; seed++) {
            byte[] once = io.crashImage(CrashProfile.RANDOM, seed).bytes(A);
            assertThat(io.crashImage(CrashProfile.RANDOM, seed).bytes(A)).isEqualTo(once);
            if (!Arrays.equals(once, io.bytes(A))) distinct++;
        }
        assertThat(distinct).isPositive();
    }

    /// Going back in the journal gives what going forward gave.
    @Test
    void everyCrashPointCanBeVisitedInAnyOrder() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            io.syncDirectory(STORE);
            for (int i = 0; i < 1500; i++) {
                write(file, 64L * i, random(64, i));
                if (i % 7 == 0) file.sync();
            }
        }
        int first = io.journal().getFirst().index();
        byte[][] forward = new byte[io.operations()][];
        for (int i = first + 1; i < io.operations(); i++) forward[i] = durable(i);
        for (int i = io.operations() - 1; i > first; i -= 13)
            assertThat(durable(i)).as("operation %d", i).isEqualTo(forward[i]);
    }

    private byte[] durable(int operation) {
        SimulatedIo image = io.crashImage(operation, CrashProfile.DROP_ALL_UNSYNCED, 1);
        return image.exists(A) ? image.bytes(A) : new byte[0];
    }

    @Test
    void anImageIsADiskOfItsOwn() {
        fill(A, 1);
        io.settle();
        SimulatedIo image = io.copy();
        try (IoFile file = image.open(A, OpenMode.WRITE)) {
            write(file, 0, Space.filled(10, 9));
            assertThat(image.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).bytes(A)[0])
                    .isEqualTo((byte) 1);
            file.sync();
            assertThat(image.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).bytes(A)[0])
                    .isEqualTo((byte) 9);
        }
        assertThat(io.bytes(A)[0]).isEqualTo((byte) 1);
    }

    // ---- Trouble ----

    @Test
    void theNthOperationFailsOnceOrForever() {
        io.failNth(IoKind.WRITE, 2, Repeat.ONCE, IoFault.EIO);
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, new byte[10]);
            assertThatExceptionOfType(FileAccessException.class)
                    .isThrownBy(() -> write(file, 0, new byte[10]))
                    .withMessageContaining(A.toString())
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
            write(file, 0, new byte[10]);
            io.failNth(IoKind.ANY, 1, Repeat.FOREVER, IoFault.ENOSPC, "store/a");
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(OutOfSpaceException.class).isThrownBy(() -> write(file, 0, new byte[10]));
            }
            fill(B, 1);
            io.clearFaults();
            write(file, 0, new byte[10]);
        }
    }

    @Test
    void aShortTransferMovesAPart() {
        io.failNth(IoKind.WRITE, 1, Repeat.ONCE, IoFault.SHORT);
        try (IoFile file = io.open(A, OpenMode.CREATE_DIRECT)) {
            assertThat(file.write(0, space.address(), 4 * 4096)).isEqualTo(2 * 4096);
            assertThat(file.size()).isEqualTo(2 * 4096);
        }
    }

    /// The trap of fsync: after a failure the data is gone, and the next sync says that all is well.
    @Test
    void afterAFailedSyncTheNextOneLies() {
        for (boolean forget : new boolean[] {false, true}) {
            io.forgetCacheOnFailedSync(forget);
            try (IoFile file = io.open(A, OpenMode.CREATE)) {
                write(file, 0, Space.filled(10, 1));
                file.sync();
                io.syncDirectory(STORE);
                write(file, 0, Space.filled(10, 2));
                io.failNth(IoKind.SYNC, 1, Repeat.ONCE, IoFault.EIO);
                assertThatExceptionOfType(FileAccessException.class).isThrownBy(file::sync);
                file.sync();
                assertThat(io.bytes(A)[0]).isEqualTo((byte) (forget ? 1 : 2));
                assertThat(io.crashImage(CrashProfile.KEEP_ALL, 1).bytes(A)[0]).isEqualTo((byte) 1);
            }
        }
    }

    @Test
    void aFullDeviceTakesWhatFitsAndRecovers() {
        io.capacity(2 * 4096);
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            assertThat(file.write(0, space.address(), 3 * 4096)).isEqualTo(2 * 4096);
            assertThatExceptionOfType(OutOfSpaceException.class)
                    .isThrownBy(() -> file.write(2 * 4096, space.address(), 4096));
            assertThat(file.write(0, space.address(), 4096)).as("in place").isEqualTo(4096);
            io.capacity(3 * 4096);
            assertThat(file.write(2 * 4096, space.address(), 4096)).isEqualTo(4096);
        }
        assertThat(io.usedBytes()).isEqualTo(3 * 4096);
        io.delete(A);
        assertThat(io.usedBytes()).isZero();
    }

    @Test
    void lostAndMisdirectedWritesAreAcknowledged() {
        try (IoFile file = io.open(A, OpenMode.CREATE)) {
            write(file, 0, Space.filled(1000, 1));
            io.loseWrite(1);
            io.misdirectWrite(2, 500);
            write(file, 0, Space.filled(10, 2));
            write(file, 0, Space.filled(10, 3));
            assertThat(io.bytes(A)[0]).isEqualTo((byte) 1);
            assertThat(io.bytes(A)[500]).isEqualTo((byte) 3);
        }
    }

    @Test
    void corruptionReachesTheDevice() {
        fill(A, 1);
        io.settle();
        io.flipBit(A, 8 * 5 + 1);
        assertThat(io.bytes(A)[5]).isEqualTo((byte) 3);
        assertThat(io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).bytes(A)[5]).isEqualTo((byte) 3);
        io.corruptByte(A, 5, (byte) 77);
        assertThat(io.bytes(A)[5]).isEqualTo((byte) 77);
    }

    @Test
    void aReadOnlyDiskIsRead() {
        fill(A, 1);
        io.readOnly(true);
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(() -> io.open(B, OpenMode.CREATE))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EROFS));
        assertThatExceptionOfType(FileAccessException.class).isThrownBy(() -> io.open(A, OpenMode.WRITE));
        io.open(A, OpenMode.READ).close();
    }

    @Test
    void afterThePowerCutNothingWorks() {
        IoFile file = io.open(A, OpenMode.CREATE);
        io.stopAfter(2);
        write(file, 0, new byte[10]);
        write(file, 10, new byte[10]);
        assertThat(io.isPowerCut()).isTrue();
        assertThatExceptionOfType(PowerCutError.class).isThrownBy(() -> write(file, 20, new byte[10]));
        assertThatExceptionOfType(PowerCutError.class).isThrownBy(() -> io.exists(A));
        assertThat(io.crashImage(CrashProfile.KEEP_ALL, 1).bytes(A)).hasSize(20);
        file.close();
        assertThat(io.openHandles()).isEmpty();
    }

    private Set<Boolean> presence(Path path) {
        Set<Boolean> seen = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++)
            seen.add(io.crashImage(CrashProfile.RANDOM, seed).exists(path));
        return seen;
    }

    private void fill(Path path, int value) {
        try (IoFile file = io.open(path, OpenMode.CREATE)) {
            write(file, 0, Space.filled(1000, value));
        }
    }

    private void write(IoFile file, long position, byte[] bytes) {
        assertThat(file.write(position, space.put(bytes), bytes.length)).isEqualTo(bytes.length);
    }

    private static byte[] random(int bytes, long seed) {
        byte[] random = new byte[bytes];
        new Random(seed).nextBytes(random);
        return random;
    }
}
