package dev.polder.runtime;

/// A lock with conditions. Acquire and release in one method, with `try`/`finally`.
public interface Mutex {
    void lock();

    boolean tryLock();

    void unlock();

    boolean heldByCurrentTask();

    /// A new condition of this lock.
    Gate gate();
}
