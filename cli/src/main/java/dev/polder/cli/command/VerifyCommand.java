package dev.polder.cli.command;

import dev.polder.Engine;
import dev.polder.VerifyReport;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.ProgressLine;
import dev.polder.cli.text.Units;
import dev.polder.errors.CorruptionException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "verify",
        description = {
            "Read every byte of a store and check every checksum.",
            "Exit status 0: intact. 1: damaged, and every damaged place is named."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder verify data",
            "  polder verify data && cp -r data backup",
            "  polder verify data --json | jq .damages"
        })
public final class VerifyCommand implements Callable<Integer> {
    private final Console console;

    private boolean opens;

    @Mixin
    StoreArguments at = new StoreArguments();

    public VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        VerifyReport report;
        long start = System.nanoTime();
        try (ProgressLine progress = new ProgressLine(console, "verifying")) {
            report = verify(progress::show);
        }
        if (at.common.json) printJson(report);
        else printText(report, System.nanoTime() - start);
        if (report.intact()) return Exit.OK;
        throw CommandFailure.no(at.directory + " is damaged in at least "
                + Units.count(report.problems().size(), "place")
                + (opens ? "; what is not damaged stays readable." : ", and cannot be opened.")
                + " Restore the store from a backup");
    }

    private VerifyReport verify(VerifyReport.Progress progress) {
        try (Opened opened = at.toRead()) {
            opens = true;
            return opened.store().verify(progress);
        } catch (CorruptionException e) {
            if (opens) throw e;
        }
        try (Engine engine = Engine.open(at.common.budget())) {
            return engine.verify(at.directory, progress);
        }
    }

    private void printText(VerifyReport report, long nanos) {
        for (String problem : report.problems()) console.line(place(problem));
        if (!report.intact()) return;
        console.line("intact: manifest, log and " + Units.count(report.files(), "file") + " of runs ("
                + Units.count(report.blocks(), "block") + ", " + Units.count(report.entries(), "entry", "entries")
                + ", "
                + Units.bytes(report.bytes()) + "); every checksum is right (" + Units.seconds(nanos) + ")");
    }

    private void printJson(VerifyReport report) {
        Json.line(console.out(), json -> {
            json.writeBooleanField("intact", report.intact());
            json.writeNumberField("files", report.files());
            json.writeNumberField("blocks", report.blocks());
            json.writeNumberField("bytes", report.bytes());
            json.writeNumberField("entries", report.entries());
            json.writeArrayFieldStart("damages");
            for (String problem : report.problems()) json.writeString(place(problem));
            json.writeEndArray();
        });
    }

    /// Where and with what evidence; what to do about it is said once, at the end.
    private static String place(String problem) {
        int advice = problem.indexOf("; the bytes were not served");
        return advice < 0 ? problem : problem.substring(0, advice);
    }
}
