package dev.polder.io;

import dev.polder.errors.OutOfSpaceException;
import java.nio.file.Path;

/// Writes until it may not; exits with 42 if that was said in the right way.
final class FileSizeLimitChild {
    private FileSizeLimitChild() {}

    public static void main(String[] args) {
        IoEngine io = args[0].equals("posix") ? new PosixIo() : new PortableIo();
        try (Space space = new Space(4096);
                IoFile file = io.open(Path.of(args[1]), IoEngine.OpenMode.CREATE)) {
            for (long at = 0; at < 1 << 20; at += 4096) file.write(at, space.address(), 4096);
            System.exit(1);
        } catch (OutOfSpaceException e) {
            System.exit(42);
        }
    }
}
