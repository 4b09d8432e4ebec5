package dev.polder.buffer.eviction;

/// A cache of ids only, that does with a sample of the uses what [WindowTinyLfuPolicy] does with blocks: a FIFO
/// window, a CLOCK behind it, and admission by frequency.
final class ShadowCache {
    private static final int WINDOW = 1, MAIN = 2;

    private final GhostTable blocks;
    private final FrequencySketch sketch;
    private final NodeList window;
    private final NodeList main;
    private final WindowDuel.Arm arm;
    private int hits;

    ShadowCache(GhostTable blocks, FrequencySketch sketch, WindowDuel.Arm arm) {
        this.arm = arm;
        this.blocks = blocks;
        this.sketch = sketch;
        window = new NodeList(blocks);
        main = new NodeList(blocks);
    }

    /// Hits since the last call.
    int takeHits() {
        int taken = hits;
        hits = 0;
        return taken;
    }

    /// One use of a block by a cache of so many.
    void use(long id, int capacity) {
        int entry = blocks.find(id);
        if (entry >= 0) {
            hits++;
            blocks.counter(entry, Math.min(ClockPolicy.USES_MAX, blocks.counter(entry) + 1));
            return;
        }
        while (blocks.count() >= capacity) evict(capacity);
        entry = blocks.add(id);
        blocks.list(entry, WINDOW);
        if (arm.knownPassBy() && sketch.frequency(id) > 1) window.addLast(entry);
        else window.addFirst(entry);
        while (window.count() > windowMax(capacity)) enterMain();
    }

    void clear() {
        while (window.count() > 0) forget(window.last());
        while (main.count() > 0) forget(main.last());
        blocks.clear();
        hits = 0;
    }

    private int windowMax(int capacity) {
        return WindowTinyLfuPolicy.windowMax(capacity, arm.percent());
    }

    private void evict(int capacity) {
        if (window.count() < windowMax(capacity) || main.count() == 0) {
            forget(main.count() == 0 ? window.last() : unused());
            return;
        }
        int candidate = window.last();
        int victim = unused();
        if (sketch.frequency(blocks.id(candidate)) > sketch.frequency(blocks.id(victim)) + arm.margin()) {
            enterMain();
            forget(victim);
        } else {
            forget(candidate);
        }
    }

    private void enterMain() {
        int entry = window.last();
        window.remove(entry);
        blocks.list(entry, MAIN);
        blocks.counter(entry, 0);
        main.addFirst(entry);
    }

    /// The block under main's hand. Ends, because each turn takes a use away.
    private int unused() {
        while (true) {
            int entry = main.last();
            int uses = blocks.counter(entry);
            if (uses == 0) return entry;
            blocks.counter(entry, uses - 1);
            main.moveFirst(entry);
        }
    }

    private void forget(int entry) {
        (blocks.list(entry) == WINDOW ? window : main).remove(entry);
        blocks.remove(entry);
    }
}
