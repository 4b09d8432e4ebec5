package dev.polder.io;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A folder for the temporary files of a library, which goes with all that is in it when the library has used them.
public final class TemporaryFolder {
    private TemporaryFolder() {}

    /// Runs `use` while a system property names a new folder. Without one if whoever started the JVM has set the
    /// property, or if no folder can be made.
    public static void lend(String property, Runnable use) {
        Path folder = System.getProperty(property) == null ? createdOrNull() : null;
        if (folder == null) {
            use.run();
            return;
        }
        System.setProperty(property, folder.toString());
        try {
            use.run();
        } finally {
            System.clearProperty(property);
            delete(folder.toFile());
        }
    }

    private static @Nullable Path createdOrNull() {
        try {
            return Files.createTempDirectory("polder-");
        } catch (IOException e) {
            return null;
        }
    }

    private static void delete(File folder) {
        File[] files = folder.listFiles();
        boolean gone = true;
        if (files != null) for (File file : files) gone &= file.delete();
        if (!gone || !folder.delete()) folder.deleteOnExit(); // where a file in use cannot be deleted
    }
}
