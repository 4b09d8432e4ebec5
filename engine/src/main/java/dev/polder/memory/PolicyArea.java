package dev.polder.memory;

/// Metadata of the pool's eviction policy beside the descriptors: what it remembers of blocks that are gone,
/// counts, or keeps as shadows. It is part of the equation, so it never grows.
///
/// @param bytesPerUnit for each unit of the budget
/// @param fixedBytes   whatever the budget
public record PolicyArea(int bytesPerUnit, int fixedBytes) {
    public static final PolicyArea NONE = new PolicyArea(0, 0);

    long bytes(int units) {
        return (long) units * bytesPerUnit + fixedBytes;
    }
}
