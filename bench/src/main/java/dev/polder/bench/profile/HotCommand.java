package dev.polder.bench.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prints where the time went.
@Command(
        name = "hot",
        description = "The hottest frames of JFR recordings.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  polder bench kv --engines polder --workloads readrandom --profile /tmp/profile",
            "  polder bench hot /tmp/profile/polder-readrandom-1.jfr",
            "  polder bench hot --threads worker /tmp/profile/*.jfr        only threads so called"
        })
public final class HotCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "recordings")
    private List<Path> recordings = List.of();

    @Option(names = "--top", defaultValue = "25", description = "lines of each list (${DEFAULT-VALUE})")
    private int top;

    @Option(
            names = "--threads",
            defaultValue = "",
            paramLabel = "PREFIX",
            description = "only threads whose names begin so")
    private String threads = "";

    @Override
    public Integer call() throws IOException {
        for (Path recording : recordings) {
            HotFrames frames = HotFrames.of(recording, name -> name.startsWith(threads));
            System.out.printf("%s: %d samples%n", recording, frames.samples());
            print("threads", frames.threads(8));
            print("self: method and line", frames.self(top));
            print("total: methods on the stack", frames.total(top));
        }
        return 0;
    }

    private static void print(String title, List<HotFrames.Line> lines) {
        System.out.println("  " + title);
        for (HotFrames.Line line : lines) {
            System.out.printf("    %5.1f %%  %6d  %s%n", 100 * line.share(), line.samples(), line.name());
        }
    }
}
