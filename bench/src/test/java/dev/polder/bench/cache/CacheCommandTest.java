package dev.polder.bench.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.bench.report.RecordJson;
import dev.polder.buffer.eviction.Eviction;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CacheCommandTest {
    @TempDir
    private Path folder;

    @Test
    void plainAndCompressedTracesAreTheSame() throws IOException {
        String text = "* 2\n17 r\n\n5\n17\n9000000000000\n";
        Path plain = Files.writeString(folder.resolve("a.trace"), text);
        Path compressed = folder.resolve("a.trace.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        for (Path file : new Path[] {plain, compressed}) {
            Trace trace = Trace.read(file);
            assertThat(trace.name()).isEqualTo("a");
            assertThat(trace.length()).isEqualTo(4);
            assertThat(trace.pages()).isEqualTo(3);
            assertThat(trace.page(2)).isEqualTo(trace.page(0));
        }
        assertThatThrownBy(() -> Trace.read(Files.writeString(folder.resolve("b"), "1\nx\n")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("request 2 is no page number");
    }

    /// Against the definition: of those there, the page whose next use is farthest away goes.
    @Test
    void beladyIsOptimal() {
        long seed = 11;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            long[] pages = random.longs(60, 0, 2 + random.nextInt(20)).toArray();
            int frames = 1 + random.nextInt(8);
            Trace trace = Trace.of("random", pages);
            assertThat(Belady.hits(trace, frames))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(slowly(trace, frames));
        }
    }

    private static int slowly(Trace trace, int frames) {
        Set<Integer> resident = new HashSet<>();
        int hits = 0;
        for (int i = 0; i < trace.length(); i++) {
            if (resident.contains(trace.page(i))) hits++;
            else if (resident.size() == frames) resident.remove(farthest(resident, trace, i));
            resident.add(trace.page(i));
        }
        return hits;
    }

    private static int farthest(Set<Integer> resident, Trace trace, int now) {
        int farthest = -1;
        int distance = -1;
        for (int page : resident) {
            int next = now + 1;
            while (next < trace.length() && trace.page(next) != page) next++;
            if (next > distance) {
                distance = next;
                farthest = page;
            }
        }
        return farthest;
    }

    /// The pool has exactly the frames it was given: LRU hits as a map in the order of access does.
    @Test
    void theRealPoolHitsAsOftenAsItsModel() {
        long seed = 12;
        Random random = new Random(seed);
        for (int frames : new int[] {2, 10, 16, 100, 333}) {
            Trace trace = zipf(random, 20_000, 2_000);
            Map<Integer, Boolean> model = new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
                    return size() > frames;
                }
            };
            int misses = 0;
            for (int i = 0; i < trace.length(); i++) if (model.put(trace.page(i), true) == null) misses++;
            assertThat(TraceReplay.run(trace, frames, Eviction.LRU).misses())
                    .as("seed %d frames %d", seed, frames)
                    .isEqualTo(misses);
        }
    }

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void noPolicyBeatsOpt(Eviction eviction) {
        Random random = new Random(13);
        Trace zipf = zipf(random, 20_000, 2_000);
        Trace loop =
                Trace.of("loop", LongStream.range(0, 20_000).map(i -> i % 300).toArray());
        for (Trace trace : new Trace[] {zipf, loop}) {
            for (int frames : new int[] {2, 3, 10, 200}) {
                long hits = trace.length()
                        - TraceReplay.run(trace, frames, eviction).misses();
                assertThat(hits)
                        .as("%s on %s @%d", eviction, trace.name(), frames)
                        .isBetween(0L, (long) Belady.hits(trace, frames));
            }
        }
    }

    @Test
    void theCommandWritesTablesJsonAndAPicture() throws Exception {
        Random random = new Random(14);
        Trace zipf = zipf(random, 5_000, 500);
        Path file = folder.resolve("zipf.txt");
        Files.writeString(
                file,
                IntStream.range(0, zipf.length())
                        .mapToObj(i -> String.valueOf(zipf.page(i)))
                        .collect(Collectors.joining("\n")));
        Path json = folder.resolve("hits.json");
        Path chart = folder.resolve("hits.svg");
        CommandLine command = new CommandLine(new CacheCommand());
        int exit = command.execute(
                "--trace", file + "@64,128", "--policies", "CLOCK,LRU", "--json", "" + json, "--chart", "" + chart);
        assertThat(exit).isZero();
        CacheReport report = RecordJson.read(CacheReport.class, json);
        assertThat(report.cells()).hasSize(2);
        assertThat(report.command()).contains("zipf.txt@64,128").doesNotContain(folder.toString());
        assertThat(CacheTables.render(report)).contains("| zipf @128 |", "| CLOCK |", "worst regret");
        assertThat(Files.readString(chart))
                .startsWith("<svg")
                .contains("OPT", "<line", "zipf")
                .endsWith("</svg>\n");
        assertThat(new CommandLine(new CacheCommand()).execute("--trace", file.toString()))
                .as("without frames")
                .isNotZero();
    }

    @Test
    void aChartIsWhatItsNameSays() throws Exception {
        Path trace = Files.writeString(folder.resolve("t.txt"), "1\n2\n3\n1\n2\n3\n");
        Path png = folder.resolve("hits.PNG");
        assertThat(cache("--trace", trace + "@16,32", "--policies", "CLOCK,LRU", "--chart", "" + png))
                .isZero();
        BufferedImage image = ImageIO.read(png.toFile());
        assertThat(image.getWidth()).isGreaterThan(600);
        Set<Integer> colours = new HashSet<>();
        for (int x = 0; x < image.getWidth(); x++)
            for (int y = 0; y < image.getHeight(); y++) colours.add(image.getRGB(x, y));
        assertThat(colours).as("OPT, CLOCK, LRU").contains(0xff000000, 0xff7f7f7f, 0xff1f77b4);
    }

    /// The trace does not exist, and nobody looks for it: what is to be written is checked first.
    @ParameterizedTest
    @ValueSource(strings = {"--chart=hits.pdf", "--chart=no/such/hits.svg", "--json=no/such/hits.json", "--json=."})
    void whatCannotBeWrittenIsRefusedBeforeAnythingIsRead(String output) {
        String option = output.substring(0, output.indexOf('=') + 1);
        String file = folder.resolve(output.substring(option.length())).toString();
        CommandLine command = new CommandLine(new CacheCommand());
        command.setExecutionExceptionHandler((failure, _, _) -> {
            assertThat(failure).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(file);
            return 77;
        });
        assertThat(command.execute("--trace", "missing@100", option + file)).isEqualTo(77);
    }

    /// Only what says how a file is written is left out, and the folder tells files of one name apart.
    @Test
    void tracesKeepTheirNames() throws Exception {
        for (String name : new String[] {"a/web.1.txt", "a/web.2.txt", "b/web.1.txt"}) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.writeString(folder.resolve(name), "1\n2\n");
        }
        Path json = folder.resolve("hits.json");
        assertThat(cache(
                        "--trace",
                        folder.resolve("a/web.1.txt") + "@16",
                        folder.resolve("a/web.2.txt") + "@16",
                        folder.resolve("b/web.1.txt") + "@16,32",
                        "--policies",
                        "CLOCK,CLOCK",
                        "--json",
                        "" + json))
                .isZero();
        CacheReport report = RecordJson.read(CacheReport.class, json);
        assertThat(report.cells())
                .extracting(CacheReport.Cell::trace)
                .containsExactly("web.1", "web.2", "b/web.1", "b/web.1");
        assertThat(report.cells().getFirst().lines()).hasSize(1);
    }

    @Test
    void gzipIsKnownByItsBytesAndBadFilesAreNamed() throws Exception {
        Path noEnding = folder.resolve("compressed");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(noEnding))) {
            for (int i = 0; i < 9_999; i++) out.write((i * 7919L + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        try (Trace trace = Trace.read(noEnding)) {
            assertThat(trace.length()).isEqualTo(9_999);
        }
        byte[] bytes = Files.readAllBytes(noEnding);
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(bytes, bytes.length / 2));
        Path marked = Files.writeString(folder.resolve("marked"), "\ufeff1\r\n2\r\n");
        Path binary = Files.writeString(folder.resolve("binary"), "\u0001".repeat(9_999));
        assertThat(Trace.read(marked).length()).isEqualTo(2);
        assertRefused(cut, "cut off after");
        assertRefused(folder, "is a folder");
        assertRefused(folder.resolve("missing"), "no such file");
        assertRefused(binary, "\"" + "?".repeat(40) + "...\"");
    }

    private static void assertRefused(Path file, String because) {
        assertThatThrownBy(() -> Trace.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + ": ")
                .hasMessageContaining(because);
    }

    @Test
    void generatedTracesAreTheSameEveryTime() throws Exception {
        for (TraceKind kind : TraceKind.values()) {
            try (Trace once = TraceKind.trace(kind.name(), 3_000);
                    Trace again = TraceKind.trace(kind.name(), 3_000)) {
                assertThat(once.pages()).as(kind.name()).isBetween(2, 3_000);
                for (int i = 0; i < once.length(); i++)
                    assertThat(again.page(i)).as("%s %d", kind, i).isEqualTo(once.page(i));
            }
        }
        Path json = folder.resolve("made.json");
        assertThat(cache("--generate", "loop:40@16", "zipf@32", "--requests", "2000", "--json", "" + json))
                .isZero();
        assertThat(RecordJson.read(CacheReport.class, json).cells())
                .extracting(CacheReport.Cell::trace)
                .containsExactly("loop:40", "zipf");
        for (String wrong : new String[] {"loop:0", "loop:x", "spiral"})
            assertThatThrownBy(() -> TraceKind.trace(wrong, 10)).isInstanceOf(IllegalArgumentException.class);
    }

    /// As the literature writes them, and as people do.
    @Test
    void policiesAreKnownByEitherName() throws Exception {
        Path trace = Files.writeString(folder.resolve("mail@home.txt"), "18446744073709551615\n-1\n0\n");
        Path json = folder.resolve("hits.json");
        assertThat(cache(
                        "--trace=" + trace,
                        "--frames=16",
                        "--policies=clock,S3-FIFO,w-TinyLFU,lru,Lru-k,2Q,arc,lirs,default",
                        "--json=" + json))
                .isZero();
        CacheReport.Cell cell = RecordJson.read(CacheReport.class, json).cells().getFirst();
        assertThat(cell.lines())
                .extracting(CacheReport.Line::policy)
                .containsExactly(
                        Arrays.stream(Eviction.values()).map(Eviction::name).toArray(String[]::new));
        assertThat(cell.trace()).isEqualTo("mail@home");
        assertThat(cell.pages()).as("2^64 - 1 and -1 are the same 64 bits").isEqualTo(2);
        assertThat(cache("--trace=" + trace, "--frames=16", "--policies=fifo")).isEqualTo(2);
    }

    /// Before hours are spent on the one before it.
    @Test
    void aKindThatDoesNotExistIsRefusedAtOnce() {
        CommandLine command = new CommandLine(new CacheCommand());
        command.setExecutionExceptionHandler((failure, _, _) -> {
            assertThat(failure).hasMessageContaining("spiral");
            return 77;
        });
        Path json = folder.resolve("hits.json");
        assertThat(command.execute("--generate", "loop@16", "spiral@16", "--requests=10", "--json=" + json))
                .isEqualTo(77);
        assertThat(json).doesNotExist();
    }

    /// Where a queue of all requests to come would take a gigabyte of heap.
    @Test
    void longTracesTakeNoHeap() {
        int requests = 3_000_000;
        long before = allocated();
        try (Trace trace = Trace.of("long", requests, i -> i * 7919 % 100_003)) {
            assertThat(trace.pages()).isEqualTo(100_003);
            assertThat(Belady.hits(trace, 1_000)).isBetween(1, requests);
        }
        assertThat(allocated() - before).as("bytes of heap").isLessThan(requests);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /// One region serves all policies of a cell.
    @Test
    void allPoliciesOfACellHaveTheSameBudget() {
        Set<Long> budgets = new HashSet<>();
        for (Eviction policy : Eviction.values())
            budgets.add(TraceReplay.planWith(5_000, policy).budgetBytes());
        assertThat(budgets).hasSize(1);
        assertThatThrownBy(() -> TraceReplay.planWith(1 << 24, Eviction.CLOCK))
                .hasMessageContaining("a pool of them takes");
    }

    private static int cache(String... arguments) {
        return new CommandLine(new CacheCommand()).execute(arguments);
    }

    private static Trace zipf(Random random, int requests, int pages) {
        long[] trace = new long[requests];
        for (int i = 0; i < requests; i++) trace[i] = (long) Math.pow(pages, random.nextDouble());
        return Trace.of("zipf", trace);
    }
}
