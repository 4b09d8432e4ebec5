package dev.polder.io;

import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
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

        @Override
        void startWithOneFailure(IoBatch batch, IoFile file) {
            ((SimulatedIo) io).failNth(IoKind.READ, 4, Repeat.ONCE, IoFault.EIO);
            for (int slot = 0; slot < batch.depth(); slot++) {
                batch.read(slot, file, (long) slot * BLOCK, at(slot), BLOCK);
            }
        }

        @Override
        void startWithOneFailedWrite(IoBatch batch, IoFile file) {
            ((SimulatedIo) io).failNth(IoKind.WRITE, 4, Repeat.ONCE, IoFault.EIO);
            for (int slot = 0; slot < batch.depth(); slot++) {
                batch.write(slot, file, (long) slot * BLOCK, at(slot), BLOCK);
            }
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
