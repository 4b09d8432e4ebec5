package dev.polder.bench.cache;

import dev.polder.buffer.eviction.Eviction;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A policy by our name or by that of the literature, in either case, with or without signs between the words:
/// `LRU_K`, `lru-k`, `S3-FIFO`, `2q`, `W-TinyLFU`, `default`.
final class PolicyName implements ITypeConverter<Eviction> {
    @Override
    public Eviction convert(String name) {
        String plain = plain(name);
        return switch (plain) {
            case "2Q" -> Eviction.TWO_Q;
            case "LRU2" -> Eviction.LRU_K;
            case "TINYLFU", "WTINYLFU", "WINDOWEDTINYLFU" -> Eviction.WINDOW_TINY_LFU;
            case "DEFAULT" -> Eviction.DEFAULT;
            default -> named(plain, name);
        };
    }

    private static Eviction named(String plain, String name) {
        for (Eviction policy : Eviction.values()) if (plain(policy.name()).equals(plain)) return policy;
        String names = Arrays.stream(Eviction.values()).map(Eviction::name).collect(Collectors.joining(", "));
        throw new TypeConversionException("'%s' is no policy: use some of %s".formatted(name, names));
    }

    private static String plain(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
    }
}
