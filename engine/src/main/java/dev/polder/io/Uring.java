package dev.polder.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The kernel's io_uring: its three calls, and the layout of what they share. Linux only; the numbers are the same
/// on all of its 64-bit systems.
///
///     io_uring_params            0 sq_entries   4 cq_entries   8 flags   20 features   40 offsets of sq, 80 of cq
///     offsets of sq              0 head  4 tail  8 mask  12 entries  16 flags  20 dropped   24 array
///     offsets of cq              0 head  4 tail  8 mask  12 entries  16 overflow            20 cqes
///     submission, 64 bytes       0 opcode  1 flags  4 fd  8 position  16 address  24 length  32 user data  40 buffer
///     completion, 16 bytes       0 user data   8 result   12 flags
///
/// As in [Posix], each call returns what the kernel returned, or the negative error number, and none is
/// `critical`.
final class Uring {
    // ---- Layouts ----
    static final int PARAMS_BYTES = 120, PARAMS_SQ_ENTRIES = 0, PARAMS_CQ_ENTRIES = 4, PARAMS_FLAGS = 8;
    static final int PARAMS_FEATURES = 20, PARAMS_SQ = 40, PARAMS_CQ = 80;
    static final int SQ_HEAD = 0, SQ_TAIL = 4, SQ_MASK = 8, SQ_FLAGS = 16, SQ_ARRAY = 24;
    static final int CQ_HEAD = 0, CQ_TAIL = 4, CQ_MASK = 8, CQ_CQES = 20;
    static final int SQE_BYTES = 64, SQE_OPCODE = 0, SQE_FLAGS = 1, SQE_FD = 4, SQE_POSITION = 8, SQE_ADDRESS = 16;
    static final int SQE_LENGTH = 24, SQE_USER_DATA = 32, SQE_BUFFER = 40;
    static final int CQE_BYTES = 16, CQE_USER_DATA = 0, CQE_RESULT = 8;
    static final int IOVEC_BYTES = 16;

    // ---- Numbers ----
    static final int SETUP_CQSIZE = 1 << 3, SETUP_COOP_TASKRUN = 1 << 8;
    static final int SETUP_SINGLE_ISSUER = 1 << 12, SETUP_DEFER_TASKRUN = 1 << 13;
    /// One mapping for both rings; no completion is dropped when there is no room.
    static final int FEATURE_SINGLE_MMAP = 1, FEATURE_NODROP = 1 << 1;
    static final int ENTER_GETEVENTS = 1;
    static final int SQ_CQ_OVERFLOW = 1 << 1;
    static final int OP_NOP = 0, OP_READV = 1, OP_WRITEV = 2, OP_READ_FIXED = 4, OP_WRITE_FIXED = 5;
    static final int OP_READ = 22, OP_WRITE = 23;
    static final int SQE_FIXED_FILE = 1;
    static final int REGISTER_BUFFERS = 0, REGISTER_FILES = 2, REGISTER_FILES_UPDATE = 6;
    static final long MAP_RINGS = 0, MAP_SQES = 0x10000000L;
    private static final long SYS_SETUP = 425, SYS_ENTER = 426, SYS_REGISTER = 427;
    private static final int PROT_READ_WRITE = 3, MAP_SHARED_POPULATE = 0x8001;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle MMAP = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("mmap"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.captureCallState("errno"));

    private Uring() {}

    static long setup(int entries, long params) {
        return call(SYS_SETUP, entries, params, 0, 0);
    }

    static long enter(int fd, int submit, int complete, int flags) {
        return call(SYS_ENTER, fd, submit, complete, flags);
    }

    static long register(int fd, int what, long argument, int count) {
        return call(SYS_REGISTER, fd, what, argument, count);
    }

    static long map(int fd, long bytes, long what) {
        MemorySegment errno = ErrnoSlots.take();
        try {
            long address = (long) MMAP.invokeExact(errno, 0L, bytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, fd, what);
            return address == -1 ? -errno.get(JAVA_INT, 0) : address;
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            ErrnoSlots.give(errno);
        }
    }

    /// The signal mask and its size, the last two arguments of `enter`, are always nothing.
    private static long call(long number, long a, long b, long c, long d) {
        MemorySegment errno = ErrnoSlots.take();
        try {
            long result = (long) SYSCALL.invokeExact(errno, number, a, b, c, d, 0L, 0L);
            return result == -1 ? -errno.get(JAVA_INT, 0) : result;
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            ErrnoSlots.give(errno);
        }
    }

    private static Error unexpected(Throwable t) {
        if (t instanceof Error error) return error;
        return new AssertionError("a native call threw", t);
    }
}
