package dev.polder.runtime;

/// A condition of a [Mutex]: wait in a loop that checks the predicate, with the lock held. Interruption never ends a
/// wait (the flag is kept), so no read or commit fails because a thread was interrupted.
public interface Gate {
    void await();

    /// Returns `false` when `nanos` passed before a signal came.
    boolean await(long nanos);

    void signalAll();
}
