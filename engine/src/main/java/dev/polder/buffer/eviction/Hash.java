package dev.polder.buffer.eviction;

/// One hash of block ids for all tables here; its high bits choose, so any number of places will do.
final class Hash {
    private Hash() {}

    static long of(long id) {
        long hash = id * 0x9e37_79b9_7f4a_7c15L;
        hash ^= hash >>> 32;
        hash *= 0xd6e8_feb8_6659_fd93L;
        return hash ^ (hash >>> 29);
    }
}
