package dev.polder.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// Hands everything on to JMH.
@Command(
        name = "jmh",
        description = "Microbenchmarks; the arguments are JMH's own (-l lists the benchmarks, -h its options).",
        footer = {"", "Example:", "  polder bench jmh GenerationBenchmark -p entries=100000"})
public final class JmhCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
