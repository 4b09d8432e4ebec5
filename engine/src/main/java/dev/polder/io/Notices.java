package dev.polder.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Small files beside a store, by which processes tell each other something. They hold nothing of the store: nobody
/// waits for them, they are not synced, and if they cannot be written nobody is told.
public final class Notices {
    private static final String NEW = ".new";

    /// Beside a store: somebody asks how its engine does.
    public static final String QUESTION = "WATCH";
    /// The engine's answer.
    public static final String ANSWER = "METRICS";

    private Notices() {}

    /// Whether a file of this name is one of them, or on its way to become one.
    public static boolean isOne(String name) {
        return name.equals(QUESTION) || name.equals(ANSWER) || name.equals(ANSWER + NEW);
    }

    /// Takes a notice away; `false` if there is none.
    public static boolean take(Path file) {
        try {
            return Files.exists(file) && Files.deleteIfExists(file);
        } catch (IOException e) {
            return false;
        }
    }

    /// Puts a notice there, whole from one moment to the next; `false` if that was not possible.
    public static boolean put(Path file, byte[] text) {
        Path made = file.resolveSibling(file.getFileName() + NEW);
        try {
            Files.write(made, text);
            Files.move(made, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
