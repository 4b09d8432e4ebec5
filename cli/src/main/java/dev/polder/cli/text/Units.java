package dev.polder.cli.text;

import java.util.Locale;

/// Sizes, counts and times as people read them.
public final class Units {
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Units() {}

    /// `17 B`, `1.5 KiB`, `64 MiB`: three digits at most, and no zeros after the point.
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1023.5 && unit < BINARY.length - 1) {
            amount /= 1024;
            unit++;
        }
        amount = Math.round(amount * 10) / 10.0;
        boolean whole = amount >= 100 || amount == Math.rint(amount);
        return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", amount, BINARY[unit]);
    }

    /// `1,234,567`.
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /// `1 record`, `2 records`.
    public static String count(long count, String noun) {
        return count(count, noun, noun + 's');
    }

    /// `1 batch`, `2 batches`.
    public static String count(long count, String noun, String plural) {
        return count(count) + ' ' + (count == 1 ? noun : plural);
    }

    /// `870 ns`, `12 us`, `1.3 ms`, `2.5 s`, `-` for nothing: two digits at least.
    public static String latency(long nanos) {
        if (nanos == 0) return "-";
        if (nanos < 1000) return nanos + " ns";
        if (nanos < 1_000_000) return scaled(nanos / 1e3, "us");
        return nanos < 1_000_000_000 ? scaled(nanos / 1e6, "ms") : scaled(nanos / 1e9, "s");
    }

    private static String scaled(double amount, String unit) {
        return String.format(Locale.ROOT, amount < 9.95 ? "%.1f %s" : "%.0f %s", amount, unit);
    }

    /// `850 ms`, `12.3 s`, `3 min 20 s`.
    public static String seconds(long nanos) {
        long millis = nanos / 1_000_000;
        if (millis < 1000) return millis + " ms";
        if (millis < 60_000) return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
        return millis / 60_000 + " min " + millis / 1000 % 60 + " s";
    }
}
