package dev.polder.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Decides, by seed, what of the pending changes of a [Device] is there after the power was cut.
///
/// Each write goes its own way, in whatever order the device liked: of two writes to one place the older alone may
/// have arrived. Sizes have a fate apart from the bytes (a file may have grown without its content: zeros; or have
/// its content, invisible), and so has every change of a name; a rename happens wholly or not at all. Half of the
/// time names obey the order in which they were asked for, as on a journaling file system; half of the time they do
/// not.
///
/// A sector is garbage only if no synced byte in it lies outside the write; [CrashProfile#BLOCK_GARBAGE] spares
/// nothing.
final class PowerCut {
    private enum Fate {
        KEPT,
        DROPPED,
        TORN,
        GARBAGE
    }

    private final CrashProfile profile;
    private final SplittableRandom random;
    /// Chances in 100 of this cut: kept, then dropped, then torn; the rest is garbage.
    private final int keptPercent;
    private final int droppedPercent;
    private final int tornPercent;
    private final boolean orderedNames;
    private final int namesKeptPercent;

    PowerCut(CrashProfile profile, long seed) {
        this.profile = profile;
        this.random = new SplittableRandom(seed);
        // Moods: nearly everything arrived, nearly nothing did, or half: a rare mixture of many is else never seen.
        int mood = random.nextInt(4);
        this.keptPercent = switch (mood) {
            case 0 -> 90;
            case 1 -> 10;
            case 2 -> 45;
            default -> random.nextInt(101);
        };
        this.droppedPercent = (100 - keptPercent) * 4 / 10;
        this.tornPercent = (100 - keptPercent) * 4 / 10;
        this.orderedNames = random.nextBoolean();
        this.namesKeptPercent = new int[] {10, 50, 90}[random.nextInt(3)];
    }

    /// The device after the cut: nothing is pending.
    Device image(Device before) {
        Device after = before.copy();
        settleNames(after);
        for (int i = 0; i < after.nodeCount(); i++) settleContent(after.node(i));
        return after;
    }

    private void settleNames(Device device) {
        List<Device.PendingName> names = new ArrayList<>(device.pendingNames);
        device.pendingNames.clear();
        if (profile == CrashProfile.DROP_ALL_UNSYNCED) return;
        int prefix = orderedNames ? random.nextInt(names.size() + 1) : names.size();
        for (int i = 0; i < names.size(); i++) {
            boolean kept = profile == CrashProfile.KEEP_ALL
                    || (orderedNames ? i < prefix : random.nextInt(100) < namesKeptPercent);
            if (kept) device.rename(names.get(i).change);
        }
    }

    private void settleContent(Device.Node node) {
        List<JournalEntry> pending = node.pending;
        node.pending = new ArrayList<>(0);
        if (pending.isEmpty() || profile == CrashProfile.DROP_ALL_UNSYNCED) return;
        if (profile == CrashProfile.KEEP_ALL) {
            for (JournalEntry entry : pending) node.settle(entry);
            return;
        }
        long syncedSize = node.size;
        long size = syncedSize;
        for (JournalEntry entry : pending) {
            boolean sizeKept = random.nextInt(100) < 60;
            switch (entry) {
                case JournalEntry.Write write -> {
                    settle(node, write, syncedSize);
                    if (sizeKept) size = Math.max(size, write.end());
                }
                case JournalEntry.Truncate truncate -> {
                    if (!sizeKept) continue;
                    node.durable.cut(truncate.size());
                    size = truncate.size();
                    syncedSize = Math.min(syncedSize, size);
                }
                default -> throw new IllegalStateException("not a change of content: " + entry);
            }
        }
        node.durable.cut(size);
        node.size = size;
    }

    private void settle(Device.Node node, JournalEntry.Write write, long syncedSize) {
        switch (fate()) {
            case KEPT -> node.durable.write(write.position(), write.content(), 0, write.bytes());
            case DROPPED -> {}
            case TORN -> tear(node, write);
            case GARBAGE -> {
                if (profile == CrashProfile.BLOCK_GARBAGE) garbleBlocks(node, write);
                else garbleSectors(node, write, syncedSize);
            }
        }
    }

    private Fate fate() {
        int chance = random.nextInt(100);
        if (profile == CrashProfile.TORN) return chance < 80 ? Fate.TORN : chance < 90 ? Fate.KEPT : Fate.DROPPED;
        if (chance < keptPercent) return Fate.KEPT;
        if (chance < keptPercent + droppedPercent) return Fate.DROPPED;
        return chance < keptPercent + droppedPercent + tornPercent ? Fate.TORN : Fate.GARBAGE;
    }

    /// Some sectors arrive: the first ones, the last ones, or any.
    private void tear(Device.Node node, JournalEntry.Write write) {
        int sectorBytes = random.nextBoolean() ? 512 : 4096;
        int shape = random.nextInt(3);
        long cut = write.position() + random.nextLong(Math.max(1, write.bytes()));
        for (long at = write.position(); at < write.end(); at = sectorEnd(at, sectorBytes)) {
            boolean arrives = switch (shape) {
                case 0 -> sectorEnd(at, sectorBytes) <= cut;
                case 1 -> at > cut;
                default -> random.nextBoolean();
            };
            int bytes = (int) (Math.min(sectorEnd(at, sectorBytes), write.end()) - at);
            if (arrives) node.durable.write(at, write.content(), (int) (at - write.position()), bytes);
        }
    }

    private void garbleSectors(Device.Node node, JournalEntry.Write write, long syncedSize) {
        for (long at = write.position(); at < write.end(); at = sectorEnd(at, 512)) {
            long start = at & -512L;
            long end = Math.min(sectorEnd(at, 512), write.end());
            boolean syncedBefore = start < at && start < syncedSize;
            boolean syncedAfter = end < sectorEnd(at, 512) && end < syncedSize;
            if (!syncedBefore && !syncedAfter && random.nextBoolean()) garble(node, at, (int) (end - at));
        }
    }

    private void garbleBlocks(Device.Node node, JournalEntry.Write write) {
        for (long block = write.position() & -4096L; block < write.end(); block += 4096) {
            if (random.nextBoolean()) garble(node, block, 4096);
        }
    }

    private void garble(Device.Node node, long at, int bytes) {
        byte[] garbage = new byte[bytes];
        if (random.nextInt(4) != 0) random.nextBytes(garbage); // otherwise zeros, as of a block that was trimmed
        node.durable.write(at, garbage, 0, bytes);
    }

    private static long sectorEnd(long at, int sectorBytes) {
        return (at & -sectorBytes) + sectorBytes;
    }
}
