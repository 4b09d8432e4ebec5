package dev.polder.cli.demo;

import dev.polder.Budget;
import dev.polder.cli.text.Json;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the demo found, and whether it is what was promised.
final class DemoResult {
    private final Budget budget;
    private final long rssLimitBytes;
    private final List<String> failures = new ArrayList<>();
    private long peakRssBytes = RssMeter.UNKNOWN;
    private long records;
    private long acknowledged;
    private long recovered;
    private long lost;
    private long recoveryMillis;

    DemoResult(DemoPlan plan) {
        this.budget = plan.budget();
        this.rssLimitBytes = plan.rssLimitBytes();
    }

    void failed(String reason) {
        failures.add(reason.replace('\n', ' '));
    }

    void records(long count) {
        records += count;
    }

    void rss(long peakBytes) {
        peakRssBytes = Math.max(peakRssBytes, peakBytes);
    }

    void round(CrashRound.Outcome outcome) {
        BatchAudit audit = outcome.audit();
        acknowledged += audit.acknowledged();
        recovered += audit.recovered();
        lost += audit.lost();
        recoveryMillis = Math.max(recoveryMillis, outcome.recoveryMillis());
        if (audit.lost() > 0) failed(audit.lost() + " acknowledged batches lost");
        if (audit.torn() > 0) failed("a torn batch, or something behind the last whole one");
        if (audit.wrong() > 0) failed(audit.wrong() + " records of the killed writer wrong");
    }

    /// Judges the memory; called once, at the end.
    void conclude() {
        if (peakRssBytes > rssLimitBytes) {
            failed("peak RSS " + (peakRssBytes >> 20) + " MiB is over " + (rssLimitBytes >> 20) + " MiB");
        }
    }

    boolean ok() {
        return failures.isEmpty();
    }

    /// The last line of the demo. `peakRssMiB` is -1 where the system does not tell.
    String line() {
        String numbers = String.format(
                Locale.ROOT,
                "budgetMiB=%d peakRssMiB=%d records=%d acknowledged=%d recovered=%d lost=%d recoveryMillis=%d",
                budget.bytes() >> 20,
                peakRssMebibytes(),
                records,
                acknowledged,
                recovered,
                lost,
                recoveryMillis);
        return ok()
                ? "demo: ok " + numbers
                : "demo: FAILED " + numbers + " reason=\""
                        + String.join("; ", failures).replace('"', '\'') + '"';
    }

    void json(OutputStream out) {
        Json.line(out, json -> {
            json.writeStringField("demo", ok() ? "ok" : "FAILED");
            json.writeNumberField("budgetMiB", budget.bytes() >> 20);
            json.writeNumberField("peakRssMiB", peakRssMebibytes());
            json.writeNumberField("rssLimitMiB", rssLimitBytes >> 20);
            json.writeNumberField("records", records);
            json.writeNumberField("acknowledged", acknowledged);
            json.writeNumberField("recovered", recovered);
            json.writeNumberField("lost", lost);
            json.writeNumberField("recoveryMillis", recoveryMillis);
            json.writeArrayFieldStart("failures");
            for (String failure : failures) json.writeString(failure);
            json.writeEndArray();
        });
    }

    private long peakRssMebibytes() {
        return peakRssBytes == RssMeter.UNKNOWN ? -1 : (peakRssBytes + (1 << 20) - 1) >> 20;
    }
}
