package dev.polder.io;

/// How much an engine has of its own.
///
/// @param ringsMax   rings of the kernel; each costs 20 KiB there and belongs to one thread that has batches
/// @param threadsMax threads that read and write for others; a quarter of them where they have rings, on which one
///                   has many transfers under way
/// @param queueMax   transfers of single readers that wait for such a thread; one more is done where it is asked for
/// @param pollMicros how long a thread may poll for the end of many transfers before it sleeps; 0: not at all
public record IoLimits(int ringsMax, int threadsMax, int queueMax, int pollMicros) {
    public static final IoLimits DEFAULT = new IoLimits(32, 16, 1024, 1000);

    public IoLimits {
        require(ringsMax >= 1 && ringsMax <= 1024, "ringsMax", ringsMax, "1 to 1,024");
        require(threadsMax >= 1 && threadsMax <= 1024, "threadsMax", threadsMax, "1 to 1,024");
        require(queueMax >= 0 && queueMax <= 1_000_000, "queueMax", queueMax, "0 to 1,000,000");
        require(pollMicros >= 0 && pollMicros <= 1_000_000, "pollMicros", pollMicros, "0 to 1,000,000");
    }

    int threadsWithRingsMax() {
        return Math.max(1, threadsMax / 4);
    }

    private static void require(boolean holds, String name, int value, String use) {
        if (!holds) throw new IllegalArgumentException(name + "=" + value + ": use " + use);
    }
}
