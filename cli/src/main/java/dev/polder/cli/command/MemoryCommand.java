package dev.polder.cli.command;

import dev.polder.Engine;
import dev.polder.MemoryReport;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Units;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "memory",
        description = {
            "Show how the memory budget is divided: who may use how much, and who does.",
            "With DIR, after opening that store; without, for an engine that has just been opened."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  polder memory", "  polder memory --budget 16MiB", "  polder memory data --budget 1GiB --json"})
public final class MemoryCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonArguments common = new CommonArguments();

    @Parameters(index = "0", arity = "0..1", paramLabel = "DIR", description = "the directory of a store")
    @Nullable
    Path directory;

    public MemoryCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (directory == null) {
            try (Engine engine = Engine.open(common.budget())) {
                print(engine.memory());
            }
        } else {
            try (Opened opened = Opened.toRead(directory, common.budget())) {
                print(opened.engine().memory());
            }
        }
        return Exit.OK;
    }

    private void print(MemoryReport report) {
        if (common.json) printJson(report);
        else printText(report);
    }

    private void printText(MemoryReport report) {
        long units = report.budgetBytes() - report.metadataBytes();
        console.line("budget " + Units.bytes(report.budgetBytes()) + " = " + Units.bytes(units) + " to lease + "
                + Units.bytes(report.metadataBytes()) + " to know who has them");
        String row = "%-12s %10s %10s %10s %10s";
        console.line(String.format(row, "owner", "floor", "ceiling", "leased", "peak"));
        for (MemoryReport.OwnerLine owner : report.owners()) {
            console.line(String.format(
                    row,
                    owner.owner(),
                    Units.bytes(owner.floorBytes()),
                    Units.bytes(owner.ceilingBytes()),
                    Units.bytes(owner.leasedBytes()),
                    Units.bytes(owner.peakBytes())));
        }
        console.line((report.hugePageBytes() < 0
                        ? "huge pages unknown"
                        : "huge pages " + Units.bytes(report.hugePageBytes()))
                + "; " + report.placement());
    }

    private void printJson(MemoryReport report) {
        Json.line(console.out(), json -> {
            json.writeNumberField("budgetBytes", report.budgetBytes());
            json.writeNumberField("metadataBytes", report.metadataBytes());
            json.writeArrayFieldStart("owners");
            for (MemoryReport.OwnerLine owner : report.owners()) {
                json.writeStartObject();
                json.writeStringField("owner", owner.owner());
                json.writeNumberField("floorBytes", owner.floorBytes());
                json.writeNumberField("ceilingBytes", owner.ceilingBytes());
                json.writeNumberField("leasedBytes", owner.leasedBytes());
                json.writeNumberField("peakBytes", owner.peakBytes());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("hugePageBytes", report.hugePageBytes());
            json.writeStringField("placement", report.placement());
        });
    }
}
