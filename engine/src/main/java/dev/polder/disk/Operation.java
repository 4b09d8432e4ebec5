package dev.polder.disk;

/// What a transfer does.
enum Operation {
    READ,
    WRITE,
    SYNC
}
