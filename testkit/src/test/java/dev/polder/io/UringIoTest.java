package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the kernel refuses io_uring, as in most containers, there is nothing to test.
@EnabledOnOs(OS.LINUX)
class UringIoTest {
    @BeforeEach
    void theKernelHasRings() {
        try (IoEngine io = IoEngines.uring()) {
            assumeTrue(io.name().equals("uring"), io.describe());
        }
    }

    @Nested
    class Buffered extends IoEngineContract {
        @TempDir
        Path temporary;

        @Override
        IoEngine engine() {
            return IoEngines.uring();
        }

        @Override
        Path emptyDirectory() {
            return temporary;
        }
    }

    @Nested
    class Direct extends Buffered {
        @Override
        boolean direct() {
            return true;
        }
    }

    /// With the memory registered, if a limit on locked memory allows.
    @Nested
    class Registered extends Direct {
        @Override
        IoEngine engine() {
            IoEngine io = super.engine();
            io.register(space.address(), 1 << 20);
            return io;
        }
    }

    @Test
    void whatIsInUseIsSaid() {
        try (IoEngine io = IoEngines.uring();
                Space space = new Space(1 << 20)) {
            assertThat(io.describe()).startsWith("uring (").contains("registered buffers: not asked for");
            io.register(space.address(), 1 << 20);
            assertThat(io.describe()).containsPattern("registered buffers: (1 MiB|refused)");
        }
    }

    /// A file that only the table of a ring holds would keep its space after it was deleted.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(60)
    void aClosedFileIsHeldByNoRing(boolean elsewhere, @TempDir Path directory) throws Exception {
        try (IoEngine io = IoEngines.uring();
                Space space = new Space(4096)) {
            IoBatch lent = io.batch(1);
            IoFile file = io.open(directory.resolve("a"), IoEngine.OpenMode.CREATE);
            file.write(0, space.put(Space.filled(4096, 1)), 4096);
            Thread reader = Thread.ofPlatform().start(() -> readOnce(io, elsewhere, file, space));
            reader.join(); // its ring is idle now, and nobody will ever come back to it
            readOnce(io, elsewhere, file, space);
            lent.read(0, file, 0, space.address(), 4096);
            lent.next();
            file.close();
            lent.close();
            io.delete(directory.resolve("a"));
            // The engine's threads give their rings back soon after the results; the timeout is for the case that
            // not.
            while (elsewhere && ((UringIo) io).ringsThatKnow((PosixFile) file) > 0) Thread.onSpinWait();
            assertThat(((UringIo) io).ringsThatKnow((PosixFile) file)).isZero();
        }
    }

    private static void readOnce(IoEngine io, boolean elsewhere, IoFile file, Space space) {
        try (IoBatch batch = elsewhere ? io.batchElsewhere(1) : io.batch(1)) {
            batch.read(0, file, 0, space.address(), 4096);
            batch.next();
            assertThat(batch.result(0)).isEqualTo(4096);
        }
    }

    /// A thread that ends leaves its ring; rings are never more than their bound, and whoever comes gets one.
    @Test
    void ringsOfThreadsThatEndedAreTaken(@TempDir Path directory) throws Exception {
        try (IoEngine io = IoEngines.uring();
                Space space = new Space(4096);
                IoFile file = io.open(directory.resolve("a"), IoEngine.OpenMode.CREATE)) {
            file.write(0, space.put(Space.filled(4096, 1)), 4096);
            for (int i = 0; i < 2 * IoLimits.DEFAULT.ringsMax(); i++) {
                Thread thread = Thread.ofPlatform().start(() -> {
                    try (IoBatch batch = io.batch(1)) {
                        assertThat(batch).isInstanceOf(RingBatch.class);
                    }
                    readOnce(io, false, file, space);
                });
                thread.join();
            }
            assertThat(io.describe()).contains("32 of 32 rings");
        }
    }

    /// One thread may hold more batches than there are rings: the others read one by one.
    @Test
    void moreBatchesThanRingsStillRead(@TempDir Path directory) {
        try (IoEngine io = IoEngines.uring();
                Space space = new Space(4096);
                IoFile file = io.open(directory.resolve("a"), IoEngine.OpenMode.CREATE)) {
            file.write(0, space.put(Space.filled(4096, 1)), 4096);
            List<IoBatch> batches = new ArrayList<>();
            for (int i = 0; i <= IoLimits.DEFAULT.ringsMax(); i++) {
                IoBatch batch = io.batch(1);
                batches.add(batch);
                batch.read(0, file, 0, space.address(), 4096);
                batch.submit();
            }
            assertThat(batches.getLast()).isInstanceOf(SerialBatch.class);
            for (IoBatch batch : batches) {
                assertThat(batch.next()).isZero();
                assertThat(batch.result(0)).isEqualTo(4096);
                batch.close();
            }
        }
    }

    @Test
    void noMoreRingsAndThreadsThanTheLimits(@TempDir Path directory) {
        try (IoEngine io = IoEngines.uring(new IoLimits(2, 4, 0, 0));
                Space space = new Space(1 << 20);
                IoFile file = io.open(directory.resolve("a"), IoEngine.OpenMode.CREATE)) {
            file.write(0, space.put(Space.filled(4096, 1)), 4096);
            List<IoBatch> batches = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                IoBatch batch = i % 4 == 0 ? io.batch(4) : io.batchElsewhere(4);
                batches.add(batch);
                for (int slot = 0; slot < 4; slot++) batch.read(slot, file, 0, space.address() + i * 16384L, 4096);
                batch.submit();
            }
            for (IoBatch batch : batches) {
                for (int slot; (slot = batch.next()) >= 0; )
                    assertThat(batch.result(slot)).isEqualTo(4096);
                batch.close();
            }
            assertThat(io.describe()).contains("2 of 2 rings").contains("1 of 1 threads for others");
        }
    }
}
