package dev.polder.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/// The nodes of a machine that have memory of their own, as Linux lists them.
final class NumaNodes {
    static final Path LINUX = Path.of("/sys/devices/system/node");

    private static final int NODES_MAX = 1024;

    private NumaNodes() {}

    /// Their numbers in order; one node 0 where nothing can be found out.
    static int[] read(Path folder) {
        for (String list : new String[] {"has_memory", "online"}) {
            try {
                int[] nodes = parse(Files.readString(folder.resolve(list)));
                if (nodes.length > 0) return nodes;
            } catch (IOException | NumberFormatException e) {
                // An older kernel, another system, or a container that hides it: the next list, or one node.
            }
        }
        return new int[] {0};
    }

    /// A list as the kernel writes it: `0-1,4`.
    static int[] parse(String list) {
        IntStream nodes = IntStream.empty();
        for (String range : list.strip().split(",", -1)) {
            if (range.isBlank()) continue;
            String[] ends = range.strip().split("-", 2);
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            if (first < 0 || last >= NODES_MAX) throw new NumberFormatException("node numbers of " + list);
            nodes = IntStream.concat(nodes, IntStream.rangeClosed(first, last));
        }
        return nodes.sorted().distinct().toArray();
    }
}
