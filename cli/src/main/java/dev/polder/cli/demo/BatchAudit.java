package dev.polder.cli.demo;

import dev.polder.Cursor;
import dev.polder.KeyValues;
import dev.polder.Store;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What is left of a killed writer's batches, compared with what it acknowledged.
///
/// What must be there is known exactly: batches 1 to *m* whole, with *m* at least the last acknowledged one, and
/// nothing of any other. (*m* may be one more: a commit can be durable before its number was printed.)
///
/// @param acknowledged the last number the writer printed
/// @param recovered    *m*: how many batches are there whole, from the first on
/// @param lost         acknowledged batches that are not among them
/// @param torn         contradictions: a batch of which a part is there, or something behind the last whole one
/// @param wrong        records of whole batches whose value is not what was written
record BatchAudit(long acknowledged, long recovered, long lost, long torn, long wrong) {
    static BatchAudit of(Store store, WriterBatches batches, long acknowledged) {
        KeyValues orders = store.keyValues(WriterBatches.ORDERS);
        KeyValues ledger = store.keyValues(WriterBatches.LEDGER);
        Walk walk = new Walk(batches);
        try (Cursor entries = ledger.cursor();
                Cursor records = orders.cursor()) {
            entries.bounds(batches.from(), batches.to());
            records.bounds(batches.from(), batches.to());
            walk.run(entries, records);
        }
        byte[] latest = ledger.get(batches.latestKey());
        byte[] expected = walk.whole == 0 ? null : Long.toString(walk.whole).getBytes(StandardCharsets.UTF_8);
        if (!Arrays.equals(latest, expected)) walk.torn++;
        return new BatchAudit(acknowledged, walk.whole, Math.max(0, acknowledged - walk.whole), walk.torn, walk.wrong);
    }

    /// Two cursors side by side: batches are in key order in both spaces, so everything is seen once.
    private static final class Walk {
        private final WriterBatches batches;
        private long whole;
        private long torn;
        private long wrong;

        Walk(WriterBatches batches) {
            this.batches = batches;
        }

        void run(Cursor entries, Cursor records) {
            entries.first();
            records.first();
            while (entries.valid() && isWhole(whole + 1, entries, records)) {
                whole++;
                entries.next();
            }
            // Where a torn batch ends cannot be known: what follows it counts as lost, not as more tears.
            if (entries.valid() || records.valid()) torn++;
        }

        /// Moves `records` past the records of the batch.
        private boolean isWhole(long number, Cursor entries, Cursor records) {
            if (!Arrays.equals(entries.key(), batches.ledgerKey(number))) return false;
            if (!Arrays.equals(entries.value(), batches.ledgerValue(number))) return false;
            for (int i = 0; i < batches.records(number); i++) {
                if (!records.valid() || !Arrays.equals(records.key(), batches.orderKey(number, i))) return false;
                if (!Arrays.equals(records.value(), batches.orderValue(number, i))) wrong++;
                records.next();
            }
            return true;
        }
    }
}
