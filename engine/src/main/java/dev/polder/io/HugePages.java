package dev.polder.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much of a stretch of memory the kernel has given as huge pages, from Linux's `smaps`: advising is a wish.
final class HugePages {
    static final Path LINUX = Path.of("/proc/self/smaps");

    private HugePages() {}

    /// Bytes, at most those of the stretch; -1 where it cannot be found out. Takes some milliseconds: the kernel walks
    /// the page tables of the process.
    static long obtained(Path smaps, long address, long bytes) {
        long found = 0;
        boolean inside = false;
        try (BufferedReader lines = Files.newBufferedReader(smaps)) {
            for (String line; (line = lines.readLine()) != null; ) {
                int dash = line.indexOf('-');
                int space = line.indexOf(' ');
                if (dash > 0 && space > dash && isHex(line, dash)) {
                    long from = Long.parseUnsignedLong(line, 0, dash, 16);
                    long to = Long.parseUnsignedLong(line, dash + 1, space, 16);
                    inside = from < address + bytes && address < to;
                } else if (inside && line.startsWith("AnonHugePages:")) {
                    found += Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
        return Math.min(found, bytes);
    }

    private static boolean isHex(String line, int end) {
        for (int i = 0; i < end; i++) if (Character.digit(line.charAt(i), 16) < 0) return false;
        return true;
    }
}
