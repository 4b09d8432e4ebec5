package dev.polder.run;

/// A value that is not in one stretch of memory; read in pieces by [RunWriter#addLarge].
@FunctionalInterface
public interface ValueSource {
    /// Copies `bytes` bytes of the value from position `from` of it to an address.
    void copyValue(int from, long to, int bytes);
}
