package dev.polder.disk;

/// Names of files that carry a number: `{ prefix, 16 hexadecimal digits in lower case, suffix }`, so that names sort
/// like numbers. A name that is longer, such as that of a copy somebody made, is not one of them.
public final class NumberedName {
    private static final int DIGITS = 16;

    private NumberedName() {}

    public static String of(String prefix, long number, String suffix) {
        return prefix + "%016x".formatted(number) + suffix;
    }

    /// The number in a name; -1 if the name is not of this form, or the number is larger than a `long`.
    public static long number(String name, String prefix, String suffix) {
        int end = prefix.length() + DIGITS;
        boolean fits = name.length() == end + suffix.length() && name.startsWith(prefix) && name.endsWith(suffix);
        if (!fits) return -1;
        long number = 0;
        for (int i = prefix.length(); i < end; i++) {
            char c = name.charAt(i);
            int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0) return -1;
            number = number << 4 | digit;
        }
        return Math.max(number, -1);
    }
}
