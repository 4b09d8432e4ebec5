package dev.polder.runtime;

/// The world apart from memory and I/O: what a simulation replaces.
public record Seams(Clock clock, Entropy entropy, Tasks tasks) {
    /// The real clock, secure random seeds and platform threads.
    public static Seams system() {
        return new Seams(new SystemClock(), new SystemEntropy(), new ThreadTasks());
    }
}
