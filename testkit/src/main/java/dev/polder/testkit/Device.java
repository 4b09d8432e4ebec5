package dev.polder.testkit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/// What a simulated disk holds when the power goes: what is durable, and what was asked for and may be there or not.
///
///     JournalEntry ──apply──▶ pending ──Sync, SyncDirectory──▶ durable
///                                └──────────── PowerCut ─────────▶ durable, or not
///
/// **Always true.** A file's durable bytes change only by a sync of this file (or by corruption); a directory's
/// durable names only by a sync of this directory, and for a rename between two directories by a sync of both.
final class Device {
    static final int ROOT = 0;

    private final List<Node> nodes = new ArrayList<>();
    /// Changes of names that are not durable, in order.
    final List<PendingName> pendingNames = new ArrayList<>();

    Device() {
        nodes.add(new Node(true));
    }

    private Device(Device other) {
        for (Node node : other.nodes) nodes.add(node.copy());
        for (PendingName name : other.pendingNames) pendingNames.add(name.copy());
    }

    Device copy() {
        return new Device(this);
    }

    Node node(int number) {
        return nodes.get(number);
    }

    int nodeCount() {
        return nodes.size();
    }

    void apply(JournalEntry entry) {
        switch (entry) {
            case JournalEntry.Write write -> node(write.node()).pending.add(write);
            case JournalEntry.Truncate truncate -> node(truncate.node()).pending.add(truncate);
            case JournalEntry.Sync sync -> node(sync.node()).settle(sync);
            case JournalEntry.Create create -> {
                if (create.child() != nodes.size()) throw new IllegalStateException("node " + create.child());
                nodes.add(new Node(create.directory()));
                pendingNames.add(new PendingName(create));
            }
            case JournalEntry.Delete delete -> pendingNames.add(new PendingName(delete));
            case JournalEntry.Rename rename -> pendingNames.add(new PendingName(rename));
            case JournalEntry.SyncDirectory sync -> settleNames(sync.node(), sync.before());
            case JournalEntry.Corrupt corrupt ->
                node(corrupt.node()).durable.write(corrupt.position(), new byte[] {corrupt.value()}, 0, 1);
            case JournalEntry.Nothing _ -> {}
        }
    }

    private void settleNames(int directory, int before) {
        for (Iterator<PendingName> it = pendingNames.iterator(); it.hasNext(); ) {
            PendingName name = it.next();
            if (name.change.index() >= before || !name.syncedBy(directory)) continue;
            rename(name.change);
            it.remove();
        }
    }

    /// Makes one change of names durable.
    void rename(JournalEntry change) {
        switch (change) {
            case JournalEntry.Create create -> node(create.node()).names.put(create.name(), create.child());
            case JournalEntry.Delete delete -> node(delete.node()).names.remove(delete.name());
            case JournalEntry.Rename rename -> {
                node(rename.node()).names.remove(rename.from());
                node(rename.toNode()).names.put(rename.to(), rename.child());
            }
            default -> throw new IllegalStateException("not a change of names: " + change);
        }
    }

    /// A file (`durable`, `size`, `pending`) or a directory (`names`).
    static final class Node {
        final boolean directory;
        Pages durable = new Pages();
        long size;
        List<JournalEntry> pending = new ArrayList<>(0);
        TreeMap<String, Integer> names = new TreeMap<>();

        Node(boolean directory) {
            this.directory = directory;
        }

        private Node copy() {
            Node copy = new Node(directory);
            copy.durable = durable.copy();
            copy.size = size;
            copy.pending = new ArrayList<>(pending);
            copy.names = new TreeMap<>(names);
            return copy;
        }

        private void settle(JournalEntry.Sync sync) {
            List<JournalEntry> left = new ArrayList<>(0);
            for (JournalEntry entry : pending) {
                boolean covered =
                        entry.index() < sync.before() && !sync.underWay().contains(entry.index());
                if (!covered) left.add(entry);
                else if (!sync.failed()) settle(entry);
            }
            pending = left;
        }

        /// Makes one write or truncation durable.
        void settle(JournalEntry entry) {
            switch (entry) {
                case JournalEntry.Write write -> {
                    durable.write(write.position(), write.content(), 0, write.bytes());
                    size = Math.max(size, write.end());
                }
                case JournalEntry.Truncate truncate -> {
                    durable.cut(truncate.size());
                    size = truncate.size();
                }
                default -> throw new IllegalStateException("not a change of content: " + entry);
            }
        }
    }

    /// A change of names, and which of its directories (one, or two for a move) still have to be synced.
    static final class PendingName {
        final JournalEntry change;
        private int first;
        private int second;

        PendingName(JournalEntry change) {
            this.change = change;
            this.first = change.node();
            this.second = change instanceof JournalEntry.Rename rename ? rename.toNode() : first;
        }

        private PendingName copy() {
            PendingName copy = new PendingName(change);
            copy.first = first;
            copy.second = second;
            return copy;
        }

        private boolean syncedBy(int directory) {
            if (first == directory) first = second;
            if (second == directory) second = first;
            return first == directory;
        }
    }
}
