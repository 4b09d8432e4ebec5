package dev.polder.io;

import java.util.Arrays;

/// On which memory nodes a region lies: spread over all, so that no thread finds everything far away, or on one, for
/// an engine whose threads run there. A machine with one node pays nothing: no call is made.
///
/// The kernel places a page when it is first touched; a region that was in use before is moved as far as the kernel
/// can. A refusal (containers often forbid the call) costs speed, not correctness: [#describe] says so.
final class NumaPlacement {
    /// Spread over all nodes.
    static final int INTERLEAVED = -1;

    private static final int MPOL_BIND = 2, MPOL_INTERLEAVE = 3;

    /// The kernel's `mbind`; 0 or a negative error number.
    interface Bind {
        long bind(long address, long bytes, int mode, long[] nodeMask);
    }

    private final int[] nodes;
    private final int node;
    private final Bind bind;
    private volatile long refused;

    /// @param node [#INTERLEAVED], or the one node that the memory shall lie on
    /// @throws IllegalArgumentException if the machine has no memory on that node
    NumaPlacement(int[] nodes, int node, Bind bind) {
        if (node != INTERLEAVED && Arrays.binarySearch(nodes, node) < 0) {
            throw new IllegalArgumentException("numaNode=" + node + ": this machine has memory on "
                    + Arrays.toString(nodes) + "; use one of these, or " + INTERLEAVED + " to spread it");
        }
        this.nodes = nodes.clone();
        this.node = node;
        this.bind = bind;
    }

    void place(long address, long bytes) {
        if (nodes.length == 1) return;
        long[] mask = new long[nodes[nodes.length - 1] / Long.SIZE + 1];
        for (int each : nodes) {
            if (node == INTERLEAVED || node == each) mask[each / Long.SIZE] |= 1L << each;
        }
        long result = bind.bind(address, bytes, node == INTERLEAVED ? MPOL_INTERLEAVE : MPOL_BIND, mask);
        if (result < 0) refused = result;
    }

    String describe() {
        if (nodes.length == 1) return "one memory node";
        String wish = node == INTERLEAVED ? "interleaved" : "bound to node " + node;
        String all = nodes.length + " memory nodes, " + wish;
        return refused == 0 ? all : all + " refused by the system (errno " + -refused + ")";
    }
}
