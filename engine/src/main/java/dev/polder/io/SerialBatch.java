package dev.polder.io;

import java.util.Arrays;

/// A batch without concurrency: each transfer is done when somebody asks what has ended; an *eager* one does them all
/// when they are submitted. For engines that have nothing better, and for simulations.
public final class SerialBatch extends IoBatch {
    private static final Simulation NONE = new Simulation() {};

    /// What a simulation decides and learns of one batch.
    public interface Simulation {
        /// Which of so many transfers is done next, 0 being the oldest.
        default int choose(int count) {
            return 0;
        }

        /// Whether it says that several are really under way at once.
        default boolean overlaps() {
            return false;
        }

        /// Does a read, or the part of one, of which the batch's owner will not know before [#named].
        default int read(int slot, IoFile file, long position, long address, int bytes) {
            return file.read(position, address, bytes);
        }

        /// Does a write, or the part of one, of which the batch's owner will not know before [#named].
        default int write(int slot, IoFile file, long position, long address, int bytes) {
            return file.write(position, address, bytes);
        }

        /// Whether an owner who asks, and does not wait, hears of a transfer that was done.
        default boolean isHeard() {
            return true;
        }

        /// The batch's owner learns of the end of the transfer, and may use its memory again.
        default void named(int slot) {}
    }

    private final Simulation simulation;
    private final boolean eager;
    private final int[] waiting;
    private int count;
    /// Done and not yet asked for, oldest first.
    private final int[] done;
    private int dones;

    SerialBatch(int depth) {
        this(depth, false, NONE);
    }

    SerialBatch(int depth, boolean eager) {
        this(depth, eager, NONE);
    }

    public SerialBatch(int depth, boolean eager, Simulation simulation) {
        super(depth);
        this.eager = eager;
        this.simulation = simulation;
        this.waiting = new int[depth];
        this.done = new int[depth];
    }

    @Override
    public boolean overlaps() {
        return simulation.overlaps();
    }

    @Override
    public void submit() {
        while (eager && count > 0) done[dones++] = doOne();
    }

    @Override
    void start(int slot) {
        waiting[count++] = slot;
    }

    @Override
    int await() {
        submit();
        int slot = dones > 0 ? removeAt(0, done, dones--) : doOne();
        simulation.named(slot);
        return slot;
    }

    @Override
    int endedOrNone() {
        submit();
        if (dones > 0 && !simulation.isHeard()) return -1;
        return await();
    }

    private int doOne() {
        int slot = removeAt(simulation.choose(count), waiting, count--);
        try {
            perform(slot);
        } catch (Error e) { // a simulation is at its end: the slot must not be lost
            fail(slot, new IllegalStateException("not done", e));
            done[dones++] = slot;
            throw e;
        }
        noticeEnd(slot);
        return slot;
    }

    @Override
    int move(int slot, IoFile file, long position, long address, int bytes) {
        return writes[slot]
                ? simulation.write(slot, file, position, address, bytes)
                : simulation.read(slot, file, position, address, bytes);
    }

    private static int removeAt(int index, int[] slots, int size) {
        int slot = slots[index];
        System.arraycopy(slots, index + 1, slots, index, size - index - 1);
        return slot;
    }

    /// What was not done never will be.
    @Override
    public void close() {
        int[] unnamed = Arrays.copyOf(done, dones);
        count = 0;
        dones = 0;
        for (int slot : unnamed) simulation.named(slot);
    }
}
