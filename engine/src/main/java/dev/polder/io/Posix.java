package dev.polder.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// The operating system's calls, and nothing else. Each returns what the call returned, or the negative error number.
///
/// Pointers are passed as `long`: on the 64-bit systems supported here both travel alike, and no segment has to be
/// made per call. No call is `critical`: each may block, and a critical one would keep the garbage collector waiting.
/// Numbers that differ between Linux and macOS are chosen once, when the class is loaded.
final class Posix {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout INT_OR_POINTER = JAVA_LONG;

    static final int O_RDONLY = 0, O_RDWR = 2;
    static final int O_CREAT = Platform.MAC ? 0x200 : 0x40;
    static final int O_CLOEXEC = Platform.MAC ? 0x1000000 : 0x80000;
    /// Linux gives it another value on ARM; macOS has none, but `F_NOCACHE` after opening.
    static final int O_DIRECT = Platform.MAC ? 0 : Platform.ARM ? 0x10000 : 0x4000;

    private static final int MODE = 0666; // less what the process's umask takes away
    private static final int F_SETFL = 4, F_NOCACHE = 48, F_FULLFSYNC = 51, F_OFD_SETLK = 37;
    private static final int F_SETLK = Platform.MAC ? 8 : 6;
    private static final short F_RDLCK = (short) (Platform.MAC ? 1 : 0), F_WRLCK = (short) (Platform.MAC ? 3 : 1);
    private static final int POSIX_FADV_DONTNEED = 4;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = Platform.MAC ? 0x1002 : 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_GIVE_BACK = Platform.MAC ? 5 : 4; // MADV_FREE, MADV_DONTNEED
    private static final int SEEK_END = 2;
    private static final int FALLOC_FL_KEEP_SIZE = 1;

    private static final MethodHandle OPEN =
            handle("open", JAVA_INT, Linker.Option.firstVariadicArg(2), JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCNTL =
            handle("fcntl", JAVA_INT, Linker.Option.firstVariadicArg(2), JAVA_INT, JAVA_INT, INT_OR_POINTER);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle PREAD = handle("pread", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PWRITE = handle("pwrite", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FSYNC = handle("fsync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FDATASYNC = Platform.MAC ? FSYNC : handle("fdatasync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FTRUNCATE = handle("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FALLOCATE = Platform.MAC
            ? FSYNC // not there, and not called
            : handle("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle LSEEK = handle("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RENAME = handle("rename", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle UNLINK = handle("unlink", JAVA_INT, JAVA_LONG);
    private static final MethodHandle MMAP =
            handle("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = handle("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MADVISE = handle("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle FADVISE = Platform.MAC
            ? FSYNC // not there, and not called
            : handle("posix_fadvise", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    private Posix() {}

    static long pread(int fd, long address, int bytes, long position) {
        MemorySegment errno = ErrnoSlots.take();
        try {
            return result((long) PREAD.invokeExact(errno, fd, address, (long) bytes, position), errno);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            ErrnoSlots.give(errno);
        }
    }

    static long pwrite(int fd, long address, int bytes, long position) {
        MemorySegment errno = ErrnoSlots.take();
        try {
            return result((long) PWRITE.invokeExact(errno, fd, address, (long) bytes, position), errno);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            ErrnoSlots.give(errno);
        }
    }

    static long open(Path path, int flags) {
        return withPath(path, (errno, name) -> (int) OPEN.invokeExact(errno, name, flags | O_CLOEXEC, MODE));
    }

    static long close(int fd) {
        return call(errno -> (int) CLOSE.invokeExact(errno, fd));
    }

    /// Content and size, down to the medium. On macOS only `F_FULLFSYNC` empties the device's cache; some file
    /// systems lack it.
    static long syncData(int fd) {
        if (!Platform.MAC) return call(errno -> (int) FDATASYNC.invokeExact(errno, fd));
        long result = fcntl(fd, F_FULLFSYNC, 0);
        return result < 0 ? call(errno -> (int) FSYNC.invokeExact(errno, fd)) : result;
    }

    static long syncAll(int fd) {
        return Platform.MAC ? syncData(fd) : call(errno -> (int) FSYNC.invokeExact(errno, fd));
    }

    static long truncate(int fd, long bytes) {
        return call(errno -> (int) FTRUNCATE.invokeExact(errno, fd, bytes));
    }

    /// Linux: room in the file, without a change of its size.
    static long allocate(int fd, long position, long bytes) {
        if (Platform.MAC) return 0;
        return call(errno -> (int) FALLOCATE.invokeExact(errno, fd, FALLOC_FL_KEEP_SIZE, position, bytes));
    }

    /// Moves the handle's own position, which nobody uses.
    static long size(int fd) {
        return call(errno -> (long) LSEEK.invokeExact(errno, fd, 0L, SEEK_END));
    }

    static long dontNeed(int fd, long position, long bytes) {
        if (Platform.MAC) return 0;
        return call(errno -> -(long) (int) FADVISE.invokeExact(errno, fd, position, bytes, POSIX_FADV_DONTNEED));
    }

    static long rename(Path from, Path to) {
        return withPath(
                to, (_, toName) -> withPath(from, (errno, name) -> (int) RENAME.invokeExact(errno, name, toName)));
    }

    static long unlink(Path path) {
        return withPath(path, (errno, name) -> (int) UNLINK.invokeExact(errno, name));
    }

    /// On macOS: no cache for this handle from now on.
    static void noCache(int fd) {
        if (Platform.MAC) fcntl(fd, F_NOCACHE, 1);
    }

    /// Takes the flags away that a file may have got when it was opened, `O_DIRECT` among them.
    static long clearFlags(int fd) {
        return fcntl(fd, F_SETFL, 0);
    }

    /// A lock on the whole file, without waiting. Linux: of the open file, not of the process, where the kernel has
    /// that.
    static long lock(int fd, boolean shared) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flock = arena.allocate(32, 8);
            flock.set(
                    ValueLayout.JAVA_SHORT,
                    Platform.MAC ? 20 : 0,
                    shared ? F_RDLCK : F_WRLCK); // the rest is zeros: from the start, to any end
            long result = Platform.MAC ? -Errno.EINVAL : fcntl(fd, F_OFD_SETLK, flock.address());
            return result == -Errno.EINVAL ? fcntl(fd, F_SETLK, flock.address()) : result;
        }
    }

    /// Zeroed anonymous memory; negative if there is none.
    static long map(long bytes) {
        return call(errno -> {
            long address = (long) MMAP.invokeExact(errno, 0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            return address;
        });
    }

    static void unmap(long address, long bytes) {
        if (bytes > 0) call(errno -> (int) MUNMAP.invokeExact(errno, address, bytes));
    }

    /// A wish; the kernel may not fulfil it.
    static void adviseHugePages(long address, long bytes) {
        if (!Platform.MAC) call(errno -> (int) MADVISE.invokeExact(errno, address, bytes, MADV_HUGEPAGE));
    }

    /// Gives the pages of anonymous memory back to the system: at once (Linux), or when it wants them (macOS). The
    /// addresses stay: they read as zeros, or on macOS as before for a while. Never leaves a hole behind if it is
    /// refused, as mapping anew in the same place may.
    static long giveBack(long address, long bytes) {
        return call(errno -> (int) MADVISE.invokeExact(errno, address, bytes, MADV_GIVE_BACK));
    }

    /// Linux: which memory nodes these pages shall come from; pages that are there already are moved if they can be.
    static long bindToNodes(long address, long bytes, int mode, long[] nodeMask) {
        try (Arena arena = Arena.ofConfined()) {
            long mask = arena.allocateFrom(JAVA_LONG, nodeMask).address();
            long bits = (long) nodeMask.length * Long.SIZE + 1; // the kernel takes one bit less than it is told
            return call(errno -> (long) Mbind.SYSCALL.invokeExact(
                    errno, Mbind.NUMBER, address, bytes, (long) mode, mask, bits, Mbind.MPOL_MF_MOVE));
        }
    }

    /// Looked up on machines with several nodes only: the C library has no function of that name.
    private static final class Mbind {
        static final long NUMBER = Platform.ARM ? 235 : 237, MPOL_MF_MOVE = 2;
        static final MethodHandle SYSCALL = handle(
                "syscall",
                JAVA_LONG,
                Linker.Option.firstVariadicArg(1),
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG);
    }

    private static long fcntl(int fd, int command, long argument) {
        return call(errno -> (int) FCNTL.invokeExact(errno, fd, command, argument));
    }

    private interface Call {
        long with(MemorySegment errno) throws Throwable;
    }

    private interface PathCall {
        long with(MemorySegment errno, long name) throws Throwable;
    }

    private static long call(Call call) {
        MemorySegment errno = ErrnoSlots.take();
        try {
            return result(call.with(errno), errno);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            ErrnoSlots.give(errno);
        }
    }

    private static long withPath(Path path, PathCall call) {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path.toString()).address();
            return call(errno -> call.with(errno, name));
        }
    }

    private static long result(long returned, MemorySegment errno) {
        return returned == -1 ? -errno.get(JAVA_INT, 0) : returned;
    }

    private static Error unexpected(Throwable t) {
        if (t instanceof Error error) return error;
        return new AssertionError("a native call threw", t);
    }

    private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle handle(
            String name, MemoryLayout result, Linker.Option variadic, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"),
                variadic);
    }
}
