package dev.polder.cli.demo;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Records made of a seed and a number, so that every byte read back can be compared without keeping any of them.
///
/// Keys are sixteen hexadecimal digits in no order: the number goes through a bijection of 64-bit words (the
/// finalizer of SplitMix64; Steele, Lea and Flood, OOPSLA 2014), so no two numbers share a key and a key gives its
/// number back. Values are one line of JSON, half of it noise, half of it a repeated sentence, so that a compressor
/// finds half of it.
final class GeneratedRecords {
    static final int VALUE_BYTES_MIN = 128;
    static final int VALUE_BYTES_SPAN = 768;

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOISE =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SENTENCE =
            "a polder is land kept dry at an exact water level; ".getBytes(StandardCharsets.US_ASCII);

    private final long seed;

    GeneratedRecords(long seed) {
        this.seed = seed;
    }

    byte[] key(long number) {
        long word = mix(number + seed);
        byte[] key = new byte[16];
        for (int i = 15; i >= 0; i--, word >>>= 4) key[i] = DIGITS[(int) word & 15];
        return key;
    }

    /// The number whose key this is; some number for any sixteen digits, and null for what no record has as
    /// its key.
    @Nullable
    Long numberOrNull(byte[] key) {
        if (key.length != 16) return null;
        long word = 0;
        for (byte b : key) {
            int digit = Character.digit(b, 16);
            if (digit < 0 || b != DIGITS[digit]) return null;
            word = word << 4 | digit;
        }
        return unmix(word) - seed;
    }

    byte[] value(long number) {
        long random = mix(number ^ seed);
        byte[] value = new byte[VALUE_BYTES_MIN + (int) Long.remainderUnsigned(random, VALUE_BYTES_SPAN)];
        int at = put(value, 0, "{\"n\":" + number + ",\"noise\":\"");
        for (int end = value.length / 2; at < end; ) {
            random = mix(random + at);
            long bits = random;
            for (int i = 0; i < 10 && at < end; i++, bits >>>= 6) value[at++] = NOISE[(int) bits & 63];
        }
        at = put(value, at, "\",\"text\":\"");
        for (int end = value.length - 2; at < end; ) {
            int count = Math.min(SENTENCE.length, end - at);
            System.arraycopy(SENTENCE, 0, value, at, count);
            at += count;
        }
        put(value, at, "\"}");
        return value;
    }

    private static int put(byte[] to, int at, String text) {
        for (int i = 0; i < text.length(); i++) to[at + i] = (byte) text.charAt(i);
        return at + text.length();
    }

    static long mix(long word) {
        word = (word ^ word >>> 30) * 0xbf58476d1ce4e5b9L;
        word = (word ^ word >>> 27) * 0x94d049bb133111ebL;
        return word ^ word >>> 31;
    }

    /// The inverse of [#mix]: the multipliers are the inverses modulo 2^64, the shifts undo themselves in two
    /// steps.
    static long unmix(long word) {
        word = (word ^ word >>> 31 ^ word >>> 62) * 0x319642b2d24d8ec3L;
        word = (word ^ word >>> 27 ^ word >>> 54) * 0x96de1b173f119089L;
        return word ^ word >>> 30 ^ word >>> 60;
    }
}
