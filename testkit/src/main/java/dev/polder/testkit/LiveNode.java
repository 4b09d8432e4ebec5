package dev.polder.testkit;

import java.util.TreeMap;

/// A file or directory as a running process sees it: with everything that was asked for, synced or not.
final class LiveNode {
    final int number;
    final boolean directory;
    Pages pages;
    long size;
    /// Up to where room is set aside.
    long reservedBytes;
    final TreeMap<String, LiveNode> names = new TreeMap<>();
    /// Names that mean this file, and handles on it; without either it is gone.
    int links;
    int handles;

    LiveNode(int number, boolean directory, Pages pages, long size) {
        this.number = number;
        this.directory = directory;
        this.pages = pages;
        this.size = size;
    }

    /// Bytes on the device: what is there, or what is set aside if that is more.
    long heldBytes() {
        return Math.max(pages.allocatedBytes(), reservedBytes);
    }

    boolean gone() {
        return links == 0 && handles == 0;
    }
}
