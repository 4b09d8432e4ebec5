package dev.polder.block;

import dev.polder.io.TemporaryFolder;
import io.airlift.compress.v3.lz4.Lz4NativeDecompressor;

/// Has aircompressor load its native library without leaving a file behind.
///
/// It unpacks the library into the folder for temporary files, and has the JVM delete it when it ends; one that is
/// killed never does, and leaves 150 KiB each time. So it gets a folder of its own, which goes as soon as the library
/// is loaded: a file that is mapped needs no name.
final class NativeLz4 {
    private static final String FOLDER = "aircompressor.tmpdir";

    static {
        TemporaryFolder.lend(FOLDER, NativeLz4::use);
    }

    private NativeLz4() {}

    /// Loads it, once. Whether it could be, and why not, is told by whoever uses it next.
    static void load() {}

    private static void use() {
        try {
            new Lz4NativeDecompressor();
        } catch (IllegalStateException | LinkageError e) {
            return; // asked again, and answered, by the probe
        }
    }
}
