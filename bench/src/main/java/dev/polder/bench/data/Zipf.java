package dev.polder.bench.data;

/// Draws records as people ask for them: the r-th most popular one in proportion to 1 / r^skew.
///
/// The method is that of Gray et al., "Quickly generating billion-record synthetic databases" (SIGMOD 1994), which YCSB
/// uses too; popular records are scattered over all, by a hash. With a skew of 0 all are alike.
public final class Zipf {
    private final Random64 random;
    private final long records;
    private final double skew;
    private final double zeta;
    private final double alpha;
    private final double eta;

    /// @param skew 0 to below 1; YCSB's is 0.99
    public Zipf(long records, double skew, Random64 random) {
        if (skew < 0 || skew >= 1) throw new IllegalArgumentException("skew=" + skew + ": use 0 to below 1");
        this.records = records;
        this.skew = skew;
        this.random = random;
        this.zeta = skew == 0 ? 0 : zeta(records, skew);
        this.alpha = 1 / (1 - skew);
        this.eta = (1 - Math.pow(2.0 / (double) records, 1 - skew)) / (1 - (1 + Math.pow(0.5, skew)) / zeta);
    }

    private static double zeta(long records, double skew) {
        double sum = 0;
        for (long rank = 1; rank <= records; rank++) sum += Math.pow((double) rank, -skew);
        return sum;
    }

    /// The number of a record.
    public long next() {
        if (skew == 0) return random.below(records);
        double u = (random.next() >>> 11) * 0x1p-53;
        return Math.unsignedMultiplyHigh(Random64.mix(rank(u)), records);
    }

    private long rank(double u) {
        double uz = u * zeta;
        if (uz < 1) return 0;
        if (uz < 1 + Math.pow(0.5, skew)) return 1;
        return Math.min(records - 1, (long) ((double) records * Math.pow(eta * u - eta + 1, alpha)));
    }
}
