package dev.polder.testkit;

/// Whether a planned fault passes, or stays until [SimulatedIo#clearFaults].
public enum Repeat {
    ONCE,
    FOREVER
}
