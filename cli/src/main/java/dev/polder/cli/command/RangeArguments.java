package dev.polder.cli.command;

import dev.polder.Cursor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which keys: all, those with a prefix, those of a range, or what is in both. Keys are compared byte by byte.
public final class RangeArguments {
    @Option(names = "--prefix", paramLabel = "KEY", description = "only keys that begin with this")
    @Nullable
    String prefix;

    @Option(names = "--from", paramLabel = "KEY", description = "only keys from this one on")
    @Nullable
    String from;

    @Option(names = "--to", paramLabel = "KEY", description = "only keys before this one")
    @Nullable
    String to;

    boolean isWhole() {
        return prefix == null && from == null && to == null;
    }

    /// Bounds the cursor; it stands nowhere yet. False if no key can be in range: the cursor must not be used
    /// then.
    boolean bound(Cursor cursor, KeyText keys) {
        byte[] low = from == null ? null : keys.bytes(from);
        byte[] high = to == null ? null : keys.bytes(to);
        if (prefix != null) {
            byte[] first = keys.bytes(prefix);
            byte[] after = afterPrefix(first);
            if (low == null || Arrays.compareUnsigned(low, first) < 0) low = first;
            if (high == null || (after != null && Arrays.compareUnsigned(after, high) < 0)) high = after;
        }
        if (low != null && high != null && Arrays.compareUnsigned(low, high) >= 0) return false;
        cursor.bounds(low, high);
        return true;
    }

    /// The smallest key greater than all keys with this prefix, or null if there is none (`ff ff`).
    static byte @Nullable [] afterPrefix(byte[] prefix) {
        int end = prefix.length;
        while (end > 0 && prefix[end - 1] == (byte) 0xff) end--;
        if (end == 0) return null;
        byte[] after = Arrays.copyOf(prefix, end);
        after[end - 1]++;
        return after;
    }
}
