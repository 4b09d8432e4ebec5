package dev.polder.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DashboardTest {
    private static final String FIRST = """
            {"version":1,"pid":42,"atMillis":1000,"nanos":5000000000,
             "engine":{"poolHits":1000,"poolMisses":100,"poolEvictions":7,"joinedReads":4,"blocksAhead":10,"usedAhead":8,"wastedAhead":1,"aheadWindow":32,
               "poolEvictionTimes":{"count":7,"p50":700,"p99":2100,"max":9000},
               "poolClasses":[{"frameBytes":4096,"frames":10,"used":8,"free":1,"pinned":2,"hits":900,"misses":90,"pressure":0.25}],
               "outlived":[{"what":"views of data","count":3,"nanos":65000000000}],
               "poolPressure":0.5,"poolEvictedAge":2500000000,
               "disk":{"lanes":[{"lane":"log","waited":0,"inFlightNow":0,"inFlightMax":4,
                 "sync":{"count":5,"bytes":0,"device":{"count":5,"p50":900000,"p99":1200000,"p999":1500000,"max":30000000}}}]}},
             "memory":{"budgetBytes":67108864,"metadataBytes":1048576,"owners":[{"owner":"pool","leasedBytes":33554432}]},
             "store":{"visibleSequence":500,"generations":1,"stalls":0,
               "spaces":[{"name":"zips","entries":9,"bytes":2097152,"levels":[4,10]}]},
             "ofAFutureVersion":[{"x":[1,2]},null]}
            """;

    private static final String SECOND = FIRST.replace("\"nanos\":5000000000", "\"nanos\":7000000000")
            .replace("\"poolHits\":1000", "\"poolHits\":3000")
            .replace("\"poolMisses\":100", "\"poolMisses\":600")
            .replace("\"joinedReads\":4", "\"joinedReads\":10")
            .replace("\"hits\":900,\"misses\":90", "\"hits\":2400,\"misses\":590")
            .replace(
                    "\"blocksAhead\":10,\"usedAhead\":8,\"wastedAhead\":1",
                    "\"blocksAhead\":110,\"usedAhead\":88,\"wastedAhead\":21")
            .replace("\"count\":5,\"bytes\":0", "\"count\":25,\"bytes\":0")
            .replace("\"waited\":0,\"inFlightNow\":0", "\"waited\":6,\"inFlightNow\":3")
            .replace("\"visibleSequence\":500", "\"visibleSequence\":12500")
            .replace("\"stalls\":0", "\"stalls\":4,\"stallNanosMax\":120000000,\"throttledNanos\":500000000");

    private final Dashboard dashboard = new Dashboard(sample(FIRST), sample(SECOND), 120);

    @Test
    void showsWhatHappenedBetweenTwoSamples() {
        assertThat(dashboard.lines("data", false)).containsExactly("""
                data  process 42, over 2.0 s
                pool         1,000 hits/s   250 misses/s   80.0 % hit   0 evictions/s, p99 2.1 us   0 without a frame/s
                pressure     50 % of new blocks push one out   which had stayed 2.5 s
                             4 KiB: 10 frames   8 used   1 free   2 pinned   75.0 % hit   25 % pressure
                read ahead   50 blocks/s   40 useful/s   10 wasted/s   window 32   0 copies/s   3 joined/s
                disk                per s   bytes/s   depth wait/s    p50    p99  p99.9    max
                log sync               10               3/4      3 900 us 1.2 ms 1.5 ms  30 ms
                memory       ############ 33 MiB of 64 MiB
                             pool 32 MiB   tables 1 MiB
                writes       6,000/s   0 B unmerged in 1 generation   log 0 B
                merging      0 B/s merged   0 B/s compacted   0 B waiting
                stalls       2/s   4 in all   longest 120 ms   slowed 25.0 %
                levels       zips: 4 10 runs, 2 MiB
                left open?   views of data: 3   the oldest for 1 min 5 s
                """.split("\n"));
    }

    /// Nothing is lost on a terminal of the usual size.
    @Test
    void fitsIntoEightyColumns() {
        List<String> narrow = new Dashboard(sample(FIRST), sample(SECOND), 80).lines("data", false);
        assertThat(narrow)
                .allMatch(line -> line.length() < 80)
                .contains(
                        "pool         1,000 hits/s  250 misses/s  80.0 % hit  0 evictions/s, p99 2.1 us",
                        "             0 without a frame/s");
        assertThat(String.join(" ", narrow).split("\\s+"))
                .isEqualTo(String.join(" ", dashboard.lines("data", false)).split("\\s+"));
    }

    @Test
    void ofALowTerminalTheFirstLinesAreShown() {
        List<String> written = new ArrayList<>();
        new LiveScreen(written::add).draw(List.of("one", "two", "three", "four"), 4);
        assertThat(written.getFirst())
                .contains("one", "two", "… and 2 more lines")
                .doesNotContain("three");
    }

    @Test
    void theSizeOfATerminalIsReadOrTakenAsUsual() {
        assertThat(TerminalSize.parse("24 132\n")).isEqualTo(new TerminalSize(24, 132));
        for (String nothing : new String[] {"", "0 0\n", "stty: standard input: Inappropriate ioctl", "24"})
            assertThat(TerminalSize.parse(nothing)).isEqualTo(TerminalSize.UNKNOWN);
    }

    @Test
    void fitsIntoALineToo() {
        assertThat(dashboard.line())
                .startsWith("hits/s=1000 misses/s=250 hitRate=80.0% reads/s=0")
                .contains(" inFlight=3 ", " syncP99Micros=1200 ", " puts/s=6000 ", " stalls=4 ")
                .endsWith(" memoryBytes=34603008");
    }

    @Test
    void whatNobodyReadHasNoHitRate() {
        assertThat(new Dashboard(sample(FIRST), sample(FIRST), 80).line()).contains("hitRate=- ");
    }

    /// The cursor goes up as many lines as were drawn, and rests below them again; whatever was longer is wiped.
    @Test
    void isDrawnOverItself() {
        List<String> written = new ArrayList<>();
        LiveScreen screen = new LiveScreen(written::add);
        screen.draw(List.of("one", "two", "three"), 24);
        screen.draw(List.of("1", "2"), 24);
        assertThat(written)
                .containsExactly(
                        "\u001b[?7lone\u001b[K\ntwo\u001b[K\nthree\u001b[K\n\u001b[?7h\u001b[J",
                        "\u001b[3A\r\u001b[?7l1\u001b[K\n2\u001b[K\n\u001b[?7h\u001b[J");
    }

    private static Sample sample(String json) {
        try {
            return Sample.read(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
