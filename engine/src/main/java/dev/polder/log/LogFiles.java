package dev.polder.log;

import dev.polder.disk.Disk;
import dev.polder.disk.NumberedName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The names of a log's files, and those found in a directory.
///
///     log-00000000000000a7     segment 167
///     log-spare-…a3            was segment 163; its bytes mean nothing, its blocks are used again
///     log-new                  a segment being made
///
/// Only the first kind is ever read.
///
/// @param segments by number
/// @param others   spare files, and what a crash left half made
record LogFiles(NavigableMap<Long, Path> segments, List<Path> others) {
    private static final String PREFIX = "log-", SPARE = "log-spare-", NEW = "log-new";

    static Path segment(Path directory, long number) {
        return directory.resolve(NumberedName.of(PREFIX, number, ""));
    }

    static Path spare(Path directory, long number) {
        return directory.resolve(NumberedName.of(SPARE, number, ""));
    }

    static Path draft(Path directory) {
        return directory.resolve(NEW);
    }

    static LogFiles in(Disk disk, Path directory) {
        NavigableMap<Long, Path> segments = new TreeMap<>();
        List<Path> others = new ArrayList<>();
        for (String name : disk.list(directory)) {
            long number = numberOf(name, PREFIX);
            boolean other = numberOf(name, SPARE) >= 0 || name.equals(NEW);
            if (number < 0 && !other) continue;
            Path path = directory.resolve(name);
            disk.refuseUnlessFile(path);
            if (other) others.add(path);
            else segments.put(number, path);
        }
        return new LogFiles(segments, others);
    }

    /// The segment number in a file's name, or -1 if the name is not ours.
    private static long numberOf(String name, String prefix) {
        long number = NumberedName.number(name, prefix, "");
        return number <= Lsn.SEGMENT_MAX ? number : -1;
    }
}
