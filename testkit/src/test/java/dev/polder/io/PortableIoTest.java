package dev.polder.io;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class PortableIoTest extends IoEngineContract {
    @TempDir
    Path temporary;

    @Override
    IoEngine engine() {
        return new PortableIo();
    }

    @Override
    Path emptyDirectory() {
        return temporary;
    }
}
