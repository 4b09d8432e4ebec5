package dev.polder.memory;

/// Where regions come from: anonymous memory, 2 MiB aligned, huge pages advised, its addresses never unmapped while
/// the JVM lives. Implemented by the `io` room (the only native calls); a test may use the heap-free default of the
/// JDK.
public interface RegionSource {
    /// Address of at least `bytes` of zeroed or reused memory, 2 MiB aligned. Contents of a reused region are
    /// arbitrary.
    long acquire(long bytes);

    /// Hands a region back: its memory to the system, where that can be, its addresses to a later engine of this JVM.
    void release(long address, long bytes);

    /// How much of a region the system has given as huge pages so far; -1 if that is not known.
    default long hugePageBytes(long address, long bytes) {
        return -1;
    }

    /// On which memory nodes of the machine regions lie.
    default String placement() {
        return "not placed";
    }
}
