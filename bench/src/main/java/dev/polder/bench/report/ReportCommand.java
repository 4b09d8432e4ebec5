package dev.polder.bench.report;

import dev.polder.bench.cache.CacheReport;
import dev.polder.bench.cache.CacheTables;
import dev.polder.bench.pool.PoolReport;
import dev.polder.bench.pool.PoolTables;
import dev.polder.bench.warm.WarmReport;
import dev.polder.bench.warm.WarmTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Prints a report, or puts it where a document asks for it.
///
/// A document asks with two lines; what stands between them is replaced:
///
///     <!-- bench begin results/kv.json -->
///     <!-- bench end -->
///
/// The path is relative to the document, so that the document and its figures travel together.
@Command(
        name = "report",
        description = "Turn the JSON file of a benchmark into Markdown tables.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  polder bench report --json kv.json",
            "  polder bench report --into docs/benchmarks.md"
        })
public final class ReportCommand implements Callable<Integer> {
    private static final String BEGIN = "<!-- bench begin ", BEGIN_END = " -->", END = "<!-- bench end -->";

    @Option(names = "--json", paramLabel = "FILE", description = "print the tables of this file")
    private @Nullable Path json;

    @Option(names = "--into", paramLabel = "FILE", description = "renew the tables inside this Markdown document")
    private @Nullable Path document;

    @Override
    public Integer call() throws IOException {
        if (json == null && document == null) {
            System.err.println("nothing to do: give --json FILE or --into FILE");
            return 2;
        }
        if (json != null) System.out.print(render(json));
        if (document != null) {
            Files.writeString(document, renew(Files.readString(document), document));
            System.out.println("renewed " + document);
        }
        return 0;
    }

    /// `text` with every table between markers made anew from its file.
    static String renew(String text, Path document) throws IOException {
        StringBuilder renewed = new StringBuilder();
        int at = 0;
        for (int begin; (begin = text.indexOf(BEGIN, at)) >= 0; ) {
            int nameEnd = text.indexOf(BEGIN_END, begin);
            int end = text.indexOf(END, begin);
            if (nameEnd < 0 || end < nameEnd) throw new IOException(document + ": a begin marker without its end");
            Path file = document.resolveSibling(text.substring(begin + BEGIN.length(), nameEnd));
            renewed.append(text, at, nameEnd + BEGIN_END.length())
                    .append("\n\n")
                    .append(render(file))
                    .append('\n');
            at = end;
        }
        return renewed.append(text, at, text.length()).toString();
    }

    /// Each kind of report has a field of its own: cells are of `bench cache`, resident blocks of `bench pool`,
    /// shares of `bench warm`, fio's version of `bench io`.
    private static String render(Path file) throws IOException {
        if (RecordJson.hasField(file, "cells")) return CacheTables.render(RecordJson.read(CacheReport.class, file));
        if (RecordJson.hasField(file, "residentBlocks"))
            return PoolTables.render(RecordJson.read(PoolReport.class, file));
        if (RecordJson.hasField(file, "shares")) return WarmTables.render(RecordJson.read(WarmReport.class, file));
        boolean ofIo = Files.readString(file).contains("\"fioVersion\"");
        return ofIo
                ? IoMarkdown.render(RecordJson.read(IoReport.class, file))
                : MarkdownReport.render(RecordJson.read(KvReport.class, file));
    }
}
