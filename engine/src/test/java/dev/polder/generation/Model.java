package dev.polder.generation;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an [EntryIndex] must be: a sorted map of versions.
final class Model {
    /// Ordered by key (unsigned), then newest first.
    @SuppressWarnings("ArrayRecordComponent") // compared by content, below
    record Version(byte[] key, long sequence) implements Comparable<Version> {
        @Override
        public int compareTo(Version other) {
            int order = Arrays.compareUnsigned(key, other.key);
            return order != 0 ? order : Long.compare(other.sequence, sequence);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Version version && compareTo(version) == 0;
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(key) * 31 + Long.hashCode(sequence);
        }

        @Override
        public String toString() {
            return Arrays.toString(key) + "@" + sequence;
        }
    }

    /// A null value is a delete.
    final TreeMap<Version, byte @Nullable []> versions = new TreeMap<>();

    void add(byte[] key, long sequence, byte @Nullable [] value) {
        versions.put(new Version(key, sequence), value);
    }

    Map.@Nullable Entry<Version, byte @Nullable []> find(byte[] key, long sequence) {
        var entry = versions.ceilingEntry(new Version(key, sequence));
        return entry != null && Arrays.equals(entry.getKey().key, key) ? entry : null;
    }

    @Nullable
    Version seek(byte[] key, long sequence) {
        return versions.ceilingKey(new Version(key, sequence));
    }

    @Nullable
    Version seekBefore(byte[] key) {
        return versions.lowerKey(new Version(key, Entry.SEQUENCE_MAX));
    }
}
