package dev.polder.block;

/// How far blocks may be read ahead of their readers, beside what the pool says ([BlockLoader#aheadWindow]).
///
/// @param windowsMax windows that a scan has asked for and not come to; each is at most as much as a batch holds
/// @param leapsMax   leaps of a cursor's seeks that are expected at once; 0: none are
/// @param batchesMax batches that are filled, wait or are being read in the background, of all cursors
/// @param threadsMax threads that read them, if there are slots for as many
public record AheadLimits(int windowsMax, int leapsMax, int batchesMax, int threadsMax) {
    public static final AheadLimits DEFAULT = new AheadLimits(16, 16, 32, 4);

    public AheadLimits {
        require(windowsMax >= 1 && windowsMax <= 64, "windowsMax", windowsMax, "1 to 64");
        require(leapsMax >= 0 && leapsMax <= 32, "leapsMax", leapsMax, "0 to 32");
        require(batchesMax >= 1 && batchesMax <= 1024, "batchesMax", batchesMax, "1 to 1,024");
        require(threadsMax >= 1 && threadsMax <= 64, "threadsMax", threadsMax, "1 to 64");
    }

    private static void require(boolean holds, String name, int value, String use) {
        if (!holds) throw new IllegalArgumentException(name + "=" + value + ": use " + use);
    }
}
