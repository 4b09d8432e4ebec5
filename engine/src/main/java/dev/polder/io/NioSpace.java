package dev.polder.io;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file system's room, by the JDK. A limit on a user's blocks (a quota) is not seen.
record NioSpace(FileStore store) implements DeviceSpace {
    static DeviceSpace of(Path directory) {
        return Interrupts.heldOff(() -> {
            try {
                return new NioSpace(Files.getFileStore(directory));
            } catch (IOException e) {
                return UNKNOWN;
            }
        });
    }

    @Override
    public long freeBytes() {
        try {
            return store.getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public long totalBytes() {
        try {
            return store.getTotalSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }
}
