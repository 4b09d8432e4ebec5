package dev.polder.cli.watch;

import dev.polder.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Asks the process that has a store open how it does: a file is the question, another the answer. The store itself is
/// not opened, and its lock not touched.
final class Mailbox implements AutoCloseable {
    private static final String QUESTION = "WATCH";
    private static final String ANSWER = "METRICS";

    private final Path directory;
    private final long beganMillis = System.currentTimeMillis();
    private byte[] json = {};

    Mailbox(Path directory) {
        this.directory = directory;
    }

    /// Whether there is a store at all.
    boolean holdsStore() {
        try (var files = Files.newDirectoryStream(directory, "manifest-*")) {
            return files.iterator().hasNext();
        } catch (IOException e) {
            return false;
        }
    }

    void ask() {
        try {
            Files.createFile(directory.resolve(QUESTION));
        } catch (FileAlreadyExistsException _) {
            // nobody has answered yet
        } catch (IOException e) {
            throw CommandFailure.io("cannot ask the process that has " + directory + " open: " + e
                    + ". To watch a store one must be allowed to write to its directory.");
        }
    }

    /// An answer that was given since this mailbox was made, or `null`.
    @Nullable
    Sample answerOrNull() {
        try {
            byte[] answer = Files.readAllBytes(directory.resolve(ANSWER));
            Sample sample = Sample.read(answer);
            if (sample.version() != Sample.VERSION) {
                throw CommandFailure.io("the process that has " + directory + " open answers in form "
                        + sample.version() + ", and this command understands form " + Sample.VERSION
                        + ": use the command of its version");
            }
            if (sample.atMillis() < beganMillis) return null; // left over from an earlier watcher
            json = answer;
            return sample;
        } catch (NoSuchFileException _) {
            return null;
        } catch (IOException e) {
            throw CommandFailure.io("cannot read the answer in " + directory.resolve(ANSWER) + ": " + e);
        }
    }

    /// The last answer, as it was written.
    byte[] json() {
        return json;
    }

    @Override
    public void close() {
        delete(QUESTION);
        delete(ANSWER);
    }

    private void delete(String name) {
        try {
            Files.deleteIfExists(directory.resolve(name));
        } catch (IOException _) {
            // a file of a few bytes stays, and harms nobody
        }
    }
}
