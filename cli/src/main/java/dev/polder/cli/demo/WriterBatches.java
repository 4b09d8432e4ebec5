package dev.polder.cli.demo;

import dev.polder.Batch;
import dev.polder.KeyValues;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// What the writing child writes, so that the parent knows every byte of it: batch *n* of a round has a few records
/// in one space, an entry in another that tells how many, and moves a pointer there. A batch is torn if these
/// disagree.
///
///     orders   02/0000000017/000 … 02/0000000017/031     generated values
///     ledger   02/0000000017 = "32"                      one entry per batch
///     ledger   latest/02     = "17"                      overwritten by every batch
final class WriterBatches {
    static final String ORDERS = "orders";
    static final String LEDGER = "ledger";

    private static final int RECORDS_MAX = 64;

    private final int round;
    private final GeneratedRecords values;

    WriterBatches(long seed, int round) {
        this.round = round;
        this.values = new GeneratedRecords(GeneratedRecords.mix(seed + round));
    }

    int records(long number) {
        return 1 + (int) Long.remainderUnsigned(GeneratedRecords.mix(number * 31 + round), RECORDS_MAX);
    }

    void fill(Batch batch, KeyValues orders, KeyValues ledger, long number) {
        int records = records(number);
        for (int i = 0; i < records; i++) batch.put(orders, orderKey(number, i), orderValue(number, i));
        batch.put(ledger, ledgerKey(number), ledgerValue(number));
        batch.put(ledger, latestKey(), utf8(Long.toString(number)));
    }

    byte[] orderKey(long number, int record) {
        return utf8(String.format(Locale.ROOT, "%02d/%010d/%03d", round, number, record));
    }

    byte[] orderValue(long number, int record) {
        return values.value(number * RECORDS_MAX + record);
    }

    byte[] ledgerKey(long number) {
        return utf8(String.format(Locale.ROOT, "%02d/%010d", round, number));
    }

    byte[] ledgerValue(long number) {
        return utf8(Integer.toString(records(number)));
    }

    byte[] latestKey() {
        return utf8(String.format(Locale.ROOT, "latest/%02d", round));
    }

    /// Bounds of all keys of this round, in both spaces.
    byte[] from() {
        return utf8(String.format(Locale.ROOT, "%02d/", round));
    }

    byte[] to() {
        return utf8(String.format(Locale.ROOT, "%02d0", round)); // '0' is the character after '/'
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
