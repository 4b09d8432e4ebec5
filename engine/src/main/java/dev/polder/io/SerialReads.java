package dev.polder.io;

import java.util.function.IntUnaryOperator;

/// A batch without concurrency: each read is done when somebody asks what has ended; an *eager* one does them all
/// when they are submitted. For engines that have nothing better, and for simulations, which say who is next.
public final class SerialReads extends ReadBatch {
    private final IntUnaryOperator choice;
    private final boolean eager;
    private final int[] waiting;
    private int count;
    /// Done and not yet asked for, oldest first.
    private final int[] done;
    private int dones;

    SerialReads(int depth) {
        this(depth, false, _ -> 0);
    }

    /// @param choice which of so many reads is done next, 0 being the oldest
    public SerialReads(int depth, boolean eager, IntUnaryOperator choice) {
        super(depth);
        this.eager = eager;
        this.choice = choice;
        this.waiting = new int[depth];
        this.done = new int[depth];
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
        return dones > 0 ? removeAt(0, done, dones--) : doOne();
    }

    @Override
    int endedOrNone() {
        return await();
    }

    private int doOne() {
        int slot = removeAt(choice.applyAsInt(count), waiting, count--);
        perform(slot);
        noticeEnd(slot);
        return slot;
    }

    private static int removeAt(int index, int[] slots, int size) {
        int slot = slots[index];
        System.arraycopy(slots, index + 1, slots, index, size - index - 1);
        return slot;
    }

    /// What was not done never will be.
    @Override
    public void close() {
        count = 0;
        dones = 0;
    }
}
