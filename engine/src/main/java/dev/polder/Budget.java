package dev.polder;

import dev.polder.errors.BudgetExceededException;
import java.util.Locale;

/// How much memory an engine may use for all its bulk data: cached blocks, unmerged writes, buffers, and the tables
/// that manage them. On top come the Java heap (in proportion to open files, spaces and threads only) and the JVM
/// itself.
///
/// @param bytes at least 16 MiB
public record Budget(long bytes) {
    /// The smallest budget an engine can work with.
    public static final long BYTES_MIN = 16L << 20;

    public Budget {
        if (bytes < BYTES_MIN) {
            throw new BudgetExceededException("a budget of " + bytes + " bytes is too small: the minimum is "
                    + BYTES_MIN + " bytes (16MiB). Give the engine at least that much.");
        }
    }

    public static Budget mebibytes(long mebibytes) {
        return new Budget(Math.multiplyExact(mebibytes, 1L << 20));
    }

    public static Budget bytes(long bytes) {
        return new Budget(bytes);
    }

    /// Reads `64MiB`, `64m`, `1GiB`, `500MB` or a plain number of bytes. Powers of 1024, except `kB`, `MB` and `GB`.
    ///
    /// @throws IllegalArgumentException if the text is none of these
    public static Budget parse(String text) {
        String trimmed = text.trim();
        int digits = 0;
        while (digits < trimmed.length() && Character.isDigit(trimmed.charAt(digits))) digits++;
        long factor = factor(trimmed.substring(digits).trim());
        if (digits == 0 || digits > 15 || factor == 0) {
            throw new IllegalArgumentException(
                    "budget '" + text + "' is not a size: write for example 64MiB, 1GiB or 67108864");
        }
        return new Budget(Math.multiplyExact(Long.parseLong(trimmed.substring(0, digits)), factor));
    }

    private static long factor(String unit) {
        return switch (unit) {
            case "", "B", "b" -> 1;
            case "kB", "KB" -> 1_000;
            case "MB" -> 1_000_000;
            case "GB" -> 1_000_000_000;
            default ->
                switch (unit.toLowerCase(Locale.ROOT)) {
                    case "k", "kib" -> 1L << 10;
                    case "m", "mib" -> 1L << 20;
                    case "g", "gib" -> 1L << 30;
                    case "t", "tib" -> 1L << 40;
                    default -> 0;
                };
        };
    }

    @Override
    public String toString() {
        return bytes % (1 << 20) == 0 ? (bytes >> 20) + "MiB" : bytes + "B";
    }
}
