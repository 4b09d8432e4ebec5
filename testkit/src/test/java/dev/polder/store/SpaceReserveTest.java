package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.generation.Payload;
import dev.polder.io.DeviceSpace;
import dev.polder.kv.KeyValueSpace;
import dev.polder.memory.Memory;
import dev.polder.runtime.Clock;
import dev.polder.runtime.Seams;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.World;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A device that is nearly full: ordinary writes are refused in time, and what empties it still works.
class SpaceReserveTest {
    private static final long MIB = 1 << 20;

    private static final class Device implements DeviceSpace {
        long free;
        long total;
        int asked;

        @Override
        public long freeBytes() {
            asked++;
            return free;
        }

        @Override
        public long totalBytes() {
            return total;
        }
    }

    private final Device device = new Device();
    private long now;
    private long unmerged;
    private final Clock clock = new Clock() {
        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long epochMillis() {
            return now / 1_000_000;
        }
    };

    private SpaceReserve reserve(long total, long wanted) {
        device.total = total;
        return new SpaceReserve(device, wanted, () -> unmerged, clock, "/store");
    }

    private static byte[] key(int i) {
        return "%06d".formatted(i).getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void writesAreRefusedAndDeletesAreNot() {
        SpaceReserve reserve = reserve(1000 * MIB, 10 * MIB);
        try (Arena arena = Arena.ofConfined()) {
            long payload = arena.allocate(1000).address();
            int put = (int) (Payload.put(payload, 1, key(1), new byte[100]) - payload);
            device.free = 10 * MIB + put;
            reserve.check(payload, put);
            device.free = 10 * MIB + put - 1;
            assertThatThrownBy(() -> reserve.check(payload, put))
                    .isInstanceOf(OutOfSpaceException.class)
                    .hasMessageContaining("10485760 of them are kept")
                    .hasMessageContaining("nothing of it was logged");
            assertThat(reserve.refused()).isEqualTo(1);
            int delete = (int) (Payload.delete(payload, 1, key(1)) - payload);
            reserve.check(payload, delete);
            device.free = 10 * MIB;
            int both = (int) (Payload.put(payload + delete, 1, key(1), new byte[10]) - payload);
            assertThatThrownBy(() -> reserve.check(payload, both)).isInstanceOf(OutOfSpaceException.class);
            byte[] operations = Memory.bytes(payload, both);
            assertThatThrownBy(() -> reserve.check(operations, both)).isInstanceOf(OutOfSpaceException.class);
            reserve.check(operations, delete);
            device.free = 100 * MIB;
            reserve.check(payload, both);
            unmerged = 90 * MIB;
            assertThatThrownBy(() -> reserve.check(payload, both))
                    .as("merging will need it")
                    .isInstanceOf(OutOfSpaceException.class);
        }
    }

    @Test
    void aSmallDeviceKeepsASixteenthAndAnUnknownOneNothingLess() {
        assertThat(reserve(1L << 40, 64 * MIB).reserveBytes()).isEqualTo(64 * MIB);
        SpaceReserve reserve = reserve(16 * MIB, 64 * MIB);
        assertThat(reserve.reserveBytes()).isEqualTo(MIB);
        device.total = 32 * MIB;
        assertThat(reserve.reserveBytes()).as("the device has become larger").isEqualTo(2 * MIB);
        SpaceReserve unknown = new SpaceReserve(DeviceSpace.UNKNOWN, 64 * MIB, () -> unmerged, clock, "/store");
        unknown.check(new byte[] {}, 0);
        assertThat(unknown.refused()).isZero();
    }

    @Test
    void theDeviceIsAskedRarelyWhileThereIsPlenty() {
        SpaceReserve reserve = reserve(1L << 40, 64 * MIB);
        device.free = 100L << 30;
        byte[] nothing = new byte[0];
        for (int i = 0; i < 1000; i++) reserve.check(nothing, 0);
        assertThat(device.asked).isEqualTo(1);
        now += 1_000_000_000;
        reserve.check(nothing, 0);
        assertThat(device.asked).isEqualTo(2);
        device.free = 100 * MIB;
        now += 1_000_000_000;
        for (int i = 0; i < 10; i++) reserve.check(nothing, 0);
        assertThat(device.asked).as("nearly full: each time").isEqualTo(12);
    }

    /// Fills a device, deletes everything, and has the room again, without anybody's help.
    @Test
    void aFullDeviceIsEmptiedByDeletes() {
        SimulatedIo io = new SimulatedIo();
        io.capacity(48 * MIB);
        EngineSettings settings = EngineSettings.of(16 * MIB, 1, 5_000);
        try (World world = new World(io, settings, Seams.system())) {
            StoreCore store = world.open();
            KeyValueSpace space = new KeyValueSpace(store, store.createSpace("test"), "test");
            Random random = new Random(7);
            byte[] value = new byte[5000];
            int written = 0;
            try {
                for (; written < 100_000; written++) {
                    random.nextBytes(value);
                    space.put(key(written), value, false);
                }
                throw new AssertionError("never full");
            } catch (OutOfSpaceException e) {
                assertThat(e).hasMessageContaining("kept for deletes");
            }
            assertThat(written).isGreaterThan(4000);
            assertThat(space.get(key(written))).as("refused, so not there").isNull();
            store.flush();
            store.settle();
            for (int i = 0; i < written; i++) {
                assertThat(space.get(key(i))).as("key %d", i).isNotNull();
                space.delete(key(i), i % 500 == 0);
            }
            store.flush();
            store.settle();
            long free = 48 * MIB - io.usedBytes();
            assertThat(free).as("room after deleting everything").isGreaterThan(24 * MIB);
            for (int i = 0; i < 500; i++) space.put(key(i), value, false);
            assertThat(space.get(key(499))).isEqualTo(value);
            store.close();
        }
        assertThat(io.openHandles()).isEmpty();
    }

    /// A quota that ends before the device says so is none of the reserve's business: the writes find out.
    /// What is there stays and can be read, what is refused did not happen, the store closes, and all goes
    /// on with a larger quota.
    @Test
    void aQuotaIsFoundOutByTheWritesThemselves() {
        SimulatedIo io = new SimulatedIo();
        io.capacity(4096 * MIB);
        io.quota(40 * MIB);
        EngineSettings settings = EngineSettings.of(16 * MIB, 1, 2_000);
        int written = 0;
        try (World world = new World(io, settings, Seams.system())) {
            StoreCore store = world.open();
            KeyValueSpace other = new KeyValueSpace(store, store.createSpace("other"), "other");
            for (int i = 0; i < 3000; i++) other.put(key(i), value(i), false);
            store.settle();
            KeyValueSpace space = new KeyValueSpace(store, store.createSpace("test"), "test");
            OutOfSpaceException refusal = null;
            for (; refusal == null && written < 100_000; written++) {
                int i = written;
                refusal = catchThrowableOfType(OutOfSpaceException.class, () -> space.put(key(i), value(i), false));
            }
            written--;
            assertThat(refusal).hasMessageContaining("disk quota exceeded").hasMessageContaining("/store/");
            int deletesRefused = 0;
            for (int i = 0; i < 10; i++) {
                int at = written + i;
                if (catchThrowableOfType(OutOfSpaceException.class, () -> space.delete(key(at), true)) != null)
                    deletesRefused++;
            }
            System.out.println("written " + written + ", deletes refused " + deletesRefused);
            assertThat(store.failure()).isNull();
            check(space, written);
            store.close();
        }
        assertThat(io.openHandles()).isEmpty();
        io.quota(400 * MIB);
        try (World world = new World(io, settings, Seams.system())) {
            StoreCore store = world.open();
            KeyValueSpace space =
                    new KeyValueSpace(store, store.version().names().get("test"), "test");
            check(space, written);
            for (int i = 0; i < written; i++) space.delete(key(i), i % 500 == 0);
            store.flush();
            store.settle();
            for (int i = 0; i < 1000; i++) space.put(key(i), value(i), false);
            check(space, 1000);
            store.close();
        }
        assertThat(io.openHandles()).isEmpty();
    }

    private static byte[] value(int i) {
        byte[] value = new byte[5000];
        new Random(i).nextBytes(value);
        return value;
    }

    private static void check(KeyValueSpace space, int keys) {
        for (int i = 0; i < keys; i++)
            assertThat(space.get(key(i))).as("key %d", i).isEqualTo(value(i));
        assertThat(space.get(key(keys))).as("refused, so not there").isNull();
    }
}
