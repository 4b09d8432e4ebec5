package dev.polder.testkit;

/// What an operation on a [SimulatedIo] does. `ANY` stands for each of them when faults are planned.
public enum IoKind {
    OPEN,
    CREATE,
    READ,
    WRITE,
    SYNC,
    TRUNCATE,
    ALLOCATE,
    RENAME,
    DELETE,
    LIST,
    SYNC_DIRECTORY,
    CREATE_DIRECTORY,
    LOCK,
    CORRUPT,
    ANY
}
