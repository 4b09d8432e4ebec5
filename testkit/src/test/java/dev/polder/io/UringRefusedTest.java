package dev.polder.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What containers do: a filter of system calls, here for one thread, in which io_uring does not exist.
@EnabledOnOs(OS.LINUX)
class UringRefusedTest {
    @ParameterizedTest
    @ValueSource(ints = {Errno.EPERM, Errno.ENOSYS, Errno.ENOMEM})
    void aKernelThatRefusesRingsIsServedByCalls(int errno, @TempDir Path directory) throws Exception {
        String[] said = new String[3];
        Thread thread = Thread.ofPlatform().start(() -> {
            if (!refuseSystemCall(425, errno)) return;
            try (IoEngine io = IoEngines.probe();
                    Space space = new Space(8192);
                    IoFile file = io.open(directory.resolve("a"), IoEngine.OpenMode.CREATE)) {
                file.write(0, space.put(Space.filled(8192, 7)), 8192);
                said[0] = io.name();
                said[1] = io.describe();
                try (IoBatch batch = io.batch(4)) {
                    for (int i = 0; i < 4; i++) batch.read(i, file, 0, space.address(), 4096);
                    int read = 0;
                    for (int slot; (slot = batch.next()) >= 0; ) read += batch.result(slot);
                    said[2] = "read " + read;
                }
            }
        });
        thread.join();
        assumeTrue(said[0] != null, "no filters of system calls here");
        assertThat(said[0]).isEqualTo("posix");
        assertThat(said[1]).contains("no io_uring").contains("errno " + errno);
        assertThat(said[2]).isEqualTo("read 16384");
    }

    /// For this thread and those it starts: `number` fails. Instructions: load the number, compare, return.
    private static boolean refuseSystemCall(int number, int errno) {
        int[][] program = {
            {0x20, 0, 0, 0}, {0x15, 0, 1, number}, {0x06, 0, 0, 0x00050000 | errno}, {0x06, 0, 0, 0x7FFF0000}
        };
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(8L * program.length, 8);
            for (int i = 0; i < program.length; i++) {
                code.set(JAVA_SHORT, 8L * i, (short) program[i][0]);
                code.set(JAVA_BYTE, 8L * i + 2, (byte) program[i][1]);
                code.set(JAVA_BYTE, 8L * i + 3, (byte) program[i][2]);
                code.set(JAVA_INT, 8L * i + 4, program[i][3]);
            }
            MemorySegment filter = arena.allocate(16, 8);
            filter.set(JAVA_SHORT, 0, (short) program.length);
            filter.set(JAVA_LONG, 8, code.address());
            return (int) prctl.invokeExact(38, 1L, 0L, 0L, 0L) == 0
                    && (int) prctl.invokeExact(22, 2L, filter.address(), 0L, 0L) == 0;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
