package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngine.OpenMode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// An engine, an empty directory, some memory: what the tests of the contract stand on.
abstract class IoContract {
    static final int BLOCK = 4096;

    protected final Space space = new Space(1 << 20);
    protected IoEngine io;
    protected Path directory;

    abstract IoEngine engine();

    /// An empty directory this engine can see.
    abstract Path emptyDirectory() throws Exception;

    boolean direct() {
        return false;
    }

    OpenMode create() {
        return new OpenMode(true, true, direct());
    }

    OpenMode read() {
        return new OpenMode(false, false, direct());
    }

    @BeforeEach
    void open() throws Exception {
        io = engine();
        directory = emptyDirectory();
    }

    @AfterEach
    void close() {
        io.close();
        space.close();
    }

    void fill(Path path, int value) {
        try (IoFile file = io.open(path, create())) {
            writeAll(file, 0, Space.filled(BLOCK, value));
        }
    }

    void writeAll(IoFile file, long position, byte[] bytes) {
        space.put(bytes);
        for (int done = 0; done < bytes.length; ) {
            done += file.write(position + done, space.address() + done, bytes.length - done);
        }
    }

    byte[] readAll(IoFile file, long position, int bytes) {
        for (int done = 0; done < bytes; ) {
            int read = file.read(position + done, space.address() + done, bytes - done);
            assertThat(read).isPositive();
            done += read;
        }
        return space.bytes(bytes);
    }
}
