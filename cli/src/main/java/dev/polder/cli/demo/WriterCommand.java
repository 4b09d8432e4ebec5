package dev.polder.cli.demo;

import dev.polder.Batch;
import dev.polder.Budget;
import dev.polder.Durability;
import dev.polder.Engine;
import dev.polder.KeyValues;
import dev.polder.Store;
import dev.polder.StoreOptions;
import dev.polder.cli.Console;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The child process of the demo: writes batches for ever, each synced, and prints the number of each *after* its
/// commit returned. It is made to be killed; it also ends when nobody reads its numbers any more.
@Command(name = WriterCommand.NAME, hidden = true, description = "The writer that polder demo starts and kills.")
public final class WriterCommand implements Callable<Integer> {
    public static final String NAME = "demo-writer";

    private final Console console;

    @Parameters(index = "0")
    Path directory = Path.of("");

    @Option(names = "--budget-bytes", required = true)
    long budgetBytes;

    @Option(names = "--seed", required = true)
    long seed;

    @Option(names = "--round", required = true)
    int round;

    public WriterCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Engine engine = Engine.open(Budget.bytes(budgetBytes));
                Store store = engine.store(directory, StoreOptions.EXISTING)) {
            KeyValues orders = store.keyValues(WriterBatches.ORDERS);
            KeyValues ledger = store.keyValues(WriterBatches.LEDGER);
            WriterBatches batches = new WriterBatches(seed, round);
            Batch batch = store.batch();
            for (long number = 1; ; number++) {
                batches.fill(batch, orders, ledger, number);
                store.write(batch, Durability.SYNCED);
                batch.clear();
                console.line(Long.toString(number));
                console.flush();
            }
        }
    }
}
