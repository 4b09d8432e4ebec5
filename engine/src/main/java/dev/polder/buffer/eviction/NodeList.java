package dev.polder.buffer.eviction;

import dev.polder.memory.Memory;

/// A list of nodes, youngest first, linked in both directions through the nodes themselves.
///
/// A node is a frame, or (from the number of frames on) an entry of a [GhostTable]. Links hold the node's number
/// plus one; 0 ends the list. A node is in at most one list per pair of links.
final class NodeList {
    /// Which pair of links: all nodes have the first, only frames the second.
    static final int FIRST_LINKS = 0, SECOND_LINKS = Frames.MORE;
    private static final int NEXT = 0, PREVIOUS = 4;

    /// Where nodes keep their links.
    interface Nodes {
        long notes(int node);
    }

    private final Nodes nodes;
    private final int links;
    private int first;
    private int last;
    private int count;

    NodeList(Nodes nodes, int links) {
        this.nodes = nodes;
        this.links = links;
    }

    NodeList(Nodes nodes) {
        this(nodes, FIRST_LINKS);
    }

    int count() {
        return count;
    }

    /// The oldest node, or -1.
    int last() {
        return last - 1;
    }

    void addFirst(int node) {
        link(0, node + 1);
        link(node + 1, first);
        if (first == 0) last = node + 1;
        first = node + 1;
        count++;
    }

    void addLast(int node) {
        link(last, node + 1);
        link(node + 1, 0);
        if (last == 0) first = node + 1;
        last = node + 1;
        count++;
    }

    void remove(int node) {
        long at = at(node + 1);
        int next = Memory.getInt(at + NEXT);
        int previous = Memory.getInt(at + PREVIOUS);
        if (previous == 0) first = next;
        else Memory.putInt(at(previous) + NEXT, next);
        if (next == 0) last = previous;
        else Memory.putInt(at(next) + PREVIOUS, previous);
        count--;
    }

    void moveFirst(int node) {
        if (first == node + 1) return;
        remove(node);
        addFirst(node);
    }

    /// `other` takes the place of `node`.
    void replace(int node, int other) {
        int next = Memory.getInt(at(node + 1) + NEXT);
        int previous = Memory.getInt(at(node + 1) + PREVIOUS);
        link(previous, other + 1);
        link(other + 1, next);
        if (previous == 0) {
            first = other + 1;
            Memory.putInt(at(first) + PREVIOUS, 0);
        }
        if (next == 0) {
            last = other + 1;
            Memory.putInt(at(last) + NEXT, 0);
        }
    }

    private void link(int previous, int next) {
        if (previous != 0) Memory.putInt(at(previous) + NEXT, next);
        if (next != 0) Memory.putInt(at(next) + PREVIOUS, previous);
    }

    private long at(int link) {
        return nodes.notes(link - 1) + links;
    }
}
