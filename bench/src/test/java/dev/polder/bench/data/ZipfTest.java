package dev.polder.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ZipfTest {
    private static final int RECORDS = 1000, DRAWS = 200_000;

    private static int[] counts(double skew) {
        Zipf zipf = new Zipf(RECORDS, skew, new Random64(7));
        int[] counts = new int[RECORDS];
        for (int i = 0; i < DRAWS; i++) counts[(int) zipf.next()]++;
        Arrays.sort(counts);
        return counts;
    }

    @Test
    void withoutSkewAllRecordsAreAlike() {
        int[] counts = counts(0);
        assertThat(counts[0]).isGreaterThan(DRAWS / RECORDS / 2);
        assertThat(counts[RECORDS - 1]).isLessThan(DRAWS / RECORDS * 2);
    }

    @Test
    void withSkewTheMostPopularOneIsDrawnAsOftenAsTheLawSays() {
        int[] counts = counts(0.99);
        double zeta = 0;
        for (int rank = 1; rank <= RECORDS; rank++) zeta += Math.pow(rank, -0.99);
        assertThat(counts[RECORDS - 1] / (double) DRAWS).isBetween(0.9 / zeta, 1.15 / zeta);
    }

    @Test
    void aSkewOfOneIsRefused() {
        assertThatThrownBy(() -> new Zipf(10, 1, new Random64(1))).hasMessageContaining("skew=1.0");
    }
}
