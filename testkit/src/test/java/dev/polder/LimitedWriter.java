package dev.polder;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.store.EngineSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;

/// The child of [FileSizeLimitTest]: writes until it is refused, reads all that was acknowledged, closes, and says how
/// far it came.
public final class LimitedWriter {
    private static final int RECORDS_MAX = 20_000;

    private LimitedWriter() {}

    public static void main(String[] arguments) {
        IoEngine io = arguments[1].equals("portable") ? IoEngines.portable() : IoEngines.posix();
        try (Small small = new Small(io, settings());
                Store store = small.engine.store(Path.of(arguments[0]))) {
            KeyValues space = store.keyValues("space");
            int written = writeUntilRefused(space);
            for (int i = 0; i < written; i++) check(space, i);
            if (space.get(key(written)) != null) throw new AssertionError("refused, and there");
            System.out.println("written " + written);
        }
        System.out.println("closed");
    }

    /// The limit is on one file, and the log begins others: it takes as long as memory lasts.
    private static int writeUntilRefused(KeyValues space) {
        for (int i = 0; i < RECORDS_MAX; i++) {
            try {
                space.put(key(i), value(i), Durability.BUFFERED);
            } catch (OutOfSpaceException e) {
                System.out.println("refused " + e.getMessage());
                return i;
            }
        }
        throw new AssertionError("never refused");
    }

    static EngineSettings settings() {
        return EngineSettings.of(16L << 20, 1, 500);
    }

    static void check(KeyValues space, int i) {
        byte[] found = space.get(key(i));
        if (!java.util.Arrays.equals(found, value(i))) throw new AssertionError("key " + i);
    }

    private static byte[] key(int i) {
        return "%06d".formatted(i).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] value(int i) {
        byte[] value = new byte[5000];
        new SplittableRandom(i).nextBytes(value);
        return value;
    }
}
