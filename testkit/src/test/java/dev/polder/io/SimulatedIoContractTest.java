package dev.polder.io;

import dev.polder.testkit.SimulatedIo;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/// The simulated disk keeps the contract of the real ones, with direct files and without.
class SimulatedIoContractTest {
    @Nested
    class Buffered extends IoEngineContract {
        @Override
        IoEngine engine() {
            return new SimulatedIo();
        }

        @Override
        Path emptyDirectory() {
            Path path = Path.of("/simulated/store");
            io.createDirectories(path);
            return path;
        }
    }

    @Nested
    class Direct extends Buffered {
        @Override
        boolean direct() {
            return true;
        }
    }
}
