package dev.polder.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.Batch;
import dev.polder.Budget;
import dev.polder.Durability;
import dev.polder.Engine;
import dev.polder.KeyValues;
import dev.polder.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo's judge is judged: it must see every way in which a store could have failed the killed writer.
class BatchAuditTest {
    private final WriterBatches batches = new WriterBatches(1, 2);
    private Engine engine;
    private Store store;
    private KeyValues orders;
    private KeyValues ledger;

    @BeforeEach
    void threeBatches(@TempDir Path folder) {
        engine = Engine.open(Budget.mebibytes(16));
        store = engine.store(folder.resolve("s"));
        orders = store.keyValues(WriterBatches.ORDERS);
        ledger = store.keyValues(WriterBatches.LEDGER);
        // another round, which must not matter
        write(new WriterBatches(1, 1), 1);
        for (int number = 1; number <= 3; number++) write(batches, number);
    }

    @AfterEach
    void close() {
        store.close();
        engine.close();
    }

    private void write(WriterBatches of, long number) {
        Batch batch = store.batch();
        of.fill(batch, orders, ledger, number);
        store.write(batch, Durability.BUFFERED);
    }

    private BatchAudit audit(long acknowledged) {
        return BatchAudit.of(store, batches, acknowledged);
    }

    @Test
    void allThere() {
        assertThat(audit(3)).isEqualTo(new BatchAudit(3, 3, 0, 0, 0));
    }

    @Test
    void oneMoreThanAcknowledgedIsNoFault() {
        assertThat(audit(2)).isEqualTo(new BatchAudit(2, 3, 0, 0, 0));
    }

    @Test
    void acknowledgedAndMissingIsLost() {
        assertThat(audit(5)).isEqualTo(new BatchAudit(5, 3, 2, 0, 0));
    }

    @Test
    void nothingAtAllIsAllLost() {
        store.drop(WriterBatches.ORDERS);
        store.drop(WriterBatches.LEDGER);
        assertThat(audit(3)).isEqualTo(new BatchAudit(3, 0, 3, 0, 0));
    }

    @Test
    void aMissingRecordTearsItsBatch() {
        orders.delete(batches.orderKey(2, batches.records(2) - 1));
        assertThat(audit(3)).isEqualTo(new BatchAudit(3, 1, 2, 1 + 1, 0)); // and `latest` disagrees
    }

    @Test
    void aMissingEntryTearsItsBatch() {
        ledger.delete(batches.ledgerKey(3));
        assertThat(audit(2)).isEqualTo(new BatchAudit(2, 2, 0, 1 + 1, 0));
    }

    @Test
    void recordsWithoutAnEntryAreATear() {
        orders.put(batches.orderKey(4, 0), batches.orderValue(4, 0));
        assertThat(audit(3)).isEqualTo(new BatchAudit(3, 3, 0, 1, 0));
    }

    @Test
    void aPointerThatLagsIsATear() {
        ledger.put(batches.latestKey(), "2".getBytes(StandardCharsets.UTF_8));
        assertThat(audit(3)).isEqualTo(new BatchAudit(3, 3, 0, 1, 0));
    }

    @Test
    void changedBytesAreWrong() {
        orders.put(batches.orderKey(1, 0), batches.orderValue(1, 1));
        assertThat(audit(3)).isEqualTo(new BatchAudit(3, 3, 0, 0, 1));
    }
}
