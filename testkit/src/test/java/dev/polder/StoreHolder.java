package dev.polder;

import dev.polder.errors.PolderException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A process that opens a store, says how that went, and holds the store until it is told to let go or dies. A writer
/// puts, deletes, merges and compacts as fast as it can meanwhile, so that files come and go.
public final class StoreHolder {
    private StoreHolder() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        boolean readOnly = arguments[1].equals("reader");
        EngineOptions options = EngineOptions.of(Budget.mebibytes(16))
                .withIo(EngineOptions.IoChoice.valueOf(arguments[2]))
                .withStallMillis(5_000);
        try (Engine engine = Engine.open(options);
                Store store = engine.store(directory, readOnly ? StoreOptions.READ_ONLY : StoreOptions.DEFAULT)) {
            KeyValues space = store.keyValues("space");
            long sum = readOnly ? checkSum(space) : 0;
            System.out.println("open " + sum);
            if (!readOnly) Thread.ofPlatform().daemon().start(() -> write(store, space));
            var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            in.readLine();
            if (readOnly && checkSum(space) != sum) throw new AssertionError("the store changed");
        } catch (PolderException e) {
            System.out.println("refused " + e.getClass().getSimpleName() + " " + e.getMessage());
            return;
        }
        System.out.println("closed");
    }

    private static void write(Store store, KeyValues space) {
        try {
            for (int i = 0; ; i++) {
                put(space, i % 500, i);
                if (i % 3 == 0) space.delete(Small.bytes("key-" + (i * 7 % 500)), Durability.BUFFERED);
                if (i % 200 == 199) store.settle();
                if (i == 2_000) System.out.println("busy");
            }
        } catch (IllegalStateException e) {
            // the store was closed
        }
    }

    static void put(KeyValues space, int key, int value) {
        space.put(Small.bytes("key-" + key), Small.bytes(value + "v".repeat(500)), Durability.BUFFERED);
    }

    static long checkSum(KeyValues space) {
        long sum = 0;
        try (Cursor cursor = space.cursor()) {
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                sum = sum * 31
                        + Small.text(cursor.key()).hashCode()
                        + Small.text(cursor.value()).hashCode();
            }
        }
        return sum;
    }
}
