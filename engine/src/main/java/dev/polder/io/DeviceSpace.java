package dev.polder.io;

/// How much room a file system has. Asking costs a system call. Thread-safe.
public interface DeviceSpace {
    /// Where nobody can tell: as if there were no end.
    DeviceSpace UNKNOWN = new DeviceSpace() {
        @Override
        public long freeBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public long totalBytes() {
            return Long.MAX_VALUE;
        }
    };

    /// What this process may still take, or `Long.MAX_VALUE` if that cannot be found out.
    long freeBytes();

    /// Free or not, or `Long.MAX_VALUE`.
    long totalBytes();
}
