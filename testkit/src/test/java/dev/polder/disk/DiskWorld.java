package dev.polder.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.io.Space;
import dev.polder.runtime.Seams;
import dev.polder.testkit.SimulatedIo;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What tests of [Disk] begin with: a simulated device, a disk on it, a directory, and memory to read into and write
/// from. In the end no handle may be open.
abstract class DiskWorld {
    static final Path STORE = Path.of("/store");
    static final Path A = STORE.resolve("a");

    final SimulatedIo io = new SimulatedIo();
    final Space space;
    Disk disk = new Disk(io, Seams.system(), DiskConfig.DEFAULT);

    /// @param bytes of the memory
    DiskWorld(int bytes) {
        space = new Space(bytes);
    }

    @BeforeEach
    void makeStore() {
        disk.createDirectories(STORE);
    }

    @AfterEach
    void noHandleIsLeft() {
        disk.close();
        assertThat(io.openHandles()).isEmpty();
        space.close();
    }

    /// The engine of that name, or the nearest that this machine has; the caller closes it.
    static IoEngine engine(String name) {
        return switch (name) {
            case "simulated" -> new SimulatedIo();
            case "portable" -> IoEngines.portable();
            case "posix" -> IoEngines.posixSupported() ? IoEngines.posix() : IoEngines.portable();
            case "best" -> IoEngines.probe();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
