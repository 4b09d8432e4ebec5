package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.interleaved.Exploration;
import dev.polder.interleaved.Explorer;
import dev.polder.io.IoEngine.OpenMode;
import dev.polder.io.IoFile;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.planted.LentRegions;
import dev.polder.runtime.Seams;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.SimulatedIo;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Who reads what others want, with one to three staging slots for all: multi-gets that hold a slot each and want what
/// the other is reading, and readers of single blocks between them, in every order of their locks and transfers that
/// two interruptions make possible. Nobody waits for ever, each block is read once, and all of them come. Run by
/// [dev.polder.planted.LoaderInterleavingsTest].
public final class LoaderInterleavings {
    private static final int BLOCKS = 16;
    private static final int BLOCK_BYTES = 512;
    /// Two blocks share a page, which is a request each for the two.
    private static final int STRIDE_BYTES = 2048;

    private static final Path FILE = Path.of("/blocks");
    private static final Codecs CODECS = Codecs.probe();
    private static final int[] CRCS = new int[BLOCKS];
    private static final SimulatedIo WRITTEN = written();

    private static SimulatedIo written() {
        SimulatedIo io = new SimulatedIo();
        try (Arena arena = Arena.ofConfined();
                IoFile file = io.open(FILE, new OpenMode(true, true, false))) {
            long memory = arena.allocate(BLOCKS * STRIDE_BYTES, 4096).address();
            for (int block = 0; block < BLOCKS; block++) {
                long at = memory + (long) block * STRIDE_BYTES;
                for (int word = 0; word < BLOCK_BYTES; word += 8) Memory.putLong(at + word, word(block, word));
                CRCS[block] = Memory.crc32c(at, BLOCK_BYTES);
            }
            file.write(0, memory, BLOCKS * STRIDE_BYTES);
        }
        return io;
    }

    private static long word(int block, int at) {
        return (block + 1L) * 0x9e37_79b9_7f4a_7c15L + at;
    }

    private abstract static class Scene implements Explorer.Scenario {
        private final int slots;
        private SimulatedIo io;
        private MemoryBudget budget;
        private BufferPool pool;
        private Disk disk;
        private DiskFile file;
        private BlockLoader loader;
        private final BitSet read = new BitSet();

        Scene(int slots) {
            this.slots = slots;
        }

        abstract List<Runnable> tasks();

        @Override
        public final List<Runnable> tasks(Seams seams) {
            io = WRITTEN.copy();
            budget = MemoryBudget.open(
                    new LentRegions(), BudgetPlan.of(BudgetPlan.BUDGET_BYTES_MIN, Eviction.CLOCK.area()), seams);
            pool = BufferPool.open(budget, Eviction.CLOCK, seams);
            long unitsOfSlots = budget.plan().ceilingUnits(Owner.STAGING) - (long) slots * StagingSlot.UNITS;
            for (int unit = 0; unit < unitsOfSlots; unit++) {
                int taken = budget.tryLease(Owner.STAGING);
                if (taken < 0) throw new AssertionError("no unit of staging");
            }
            disk = new Disk(io, seams, DiskConfig.DEFAULT);
            file = disk.open(FILE, false, false);
            loader = new BlockLoader(budget, pool, seams, CODECS);
            if (loader.metrics().slots() != slots)
                throw new AssertionError(loader.metrics().slots() + " slots");
            io.attach(Explorer::step, () -> {}, _ -> {});
            return tasks();
        }

        @Override
        public void check() {
            for (int block = read.nextSetBit(0); block >= 0; block = read.nextSetBit(block + 1)) {
                if (!isPresent(block)) throw new AssertionError("block " + block + " did not come");
            }
            long misses = pool.metrics().misses();
            if (misses != read.cardinality()) throw new AssertionError(read + " were read in " + misses);
            if (io.count(IoKind.READ) > misses) throw new AssertionError("read twice");
            if (loader.metrics().slotsBusy() > 0) throw new AssertionError("a slot is held");
        }

        @Override
        public void close() {
            if (disk != null) disk.close();
            if (budget != null) budget.close();
        }

        // ---- what tasks do ----

        /// Wants some blocks, and for each that came the next, as many times as it says; all must have come.
        void gather(int more, int... blocks) {
            List<Integer> lacking = new ArrayList<>();
            try (BlockGather gather = loader.gather(Lane.FOREGROUND)) {
                for (int block : blocks) ask(gather, lacking, block);
                for (int asked = 0; gather.next(); ) {
                    for (int block : List.copyOf(lacking)) {
                        if (!gather.came(id(block))) continue;
                        lacking.remove(Integer.valueOf(block));
                        if (!isPresent(block))
                            throw new AssertionError("block " + block + " is told of, and not there");
                        if (asked++ < more) ask(gather, lacking, (block + BLOCKS / 2) % BLOCKS);
                    }
                }
            }
            if (!lacking.isEmpty()) throw new AssertionError(lacking + " did not come");
        }

        private void ask(BlockGather gather, List<Integer> lacking, int block) {
            read.set(block);
            if (isPresent(block)) return;
            lacking.add(block);
            gather.ask(file, offset(block), BLOCK_BYTES, BLOCK_BYTES, Codecs.RAW, CRCS[block]);
        }

        void readOne(int block) {
            read.set(block);
            BlockRef ref = new BlockRef();
            for (int attempt = 0; ; attempt++) {
                loader.locate(ref, file, offset(block), BLOCK_BYTES, BLOCK_BYTES, Codecs.RAW, CRCS[block], attempt);
                boolean holds = true;
                for (int at = 0; at < BLOCK_BYTES; at += 8)
                    holds &= Memory.getLong(ref.address() + at) == word(block, at);
                boolean valid = ref.valid();
                ref.release();
                if (!valid) continue;
                if (!holds) throw new AssertionError("wrong bytes of block " + block);
                return;
            }
        }

        private boolean isPresent(int block) {
            return loader.isPresent(file, offset(block), BLOCK_BYTES, CRCS[block]);
        }

        private long id(int block) {
            return BlockId.of(file, offset(block));
        }

        private static long offset(int block) {
            return (long) block * STRIDE_BYTES;
        }
    }

    /// Each has begun with its own eight, and holds a slot if there is one, when it comes to what the other is reading.
    public void eachWantsWhatTheOtherIsReading() {
        Exploration exploration = new Exploration("two multi-gets, what the other reads");
        for (int slots = 1; slots <= 3; slots++) {
            int so = slots;
            exploration.add(() -> new Scene(so) {
                @Override
                List<Runnable> tasks() {
                    return List.of(
                            () -> gather(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
                            () -> gather(0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1));
                }
            });
        }
        exploration.tell();
    }

    /// And with the blocks that came goes on to others.
    public void theyGoOnToOthers() {
        Exploration.explore("two multi-gets, in two steps", () -> new Scene(2) {
            @Override
            List<Runnable> tasks() {
                return List.of(() -> gather(2, 0, 1), () -> gather(2, 1, 8), () -> readOne(9));
            }
        });
    }

    /// A single slot for all.
    public void oneSlotForThree() {
        Exploration.explore("three multi-gets, one slot", () -> new Scene(1) {
            @Override
            List<Runnable> tasks() {
                return List.of(() -> gather(1, 0, 1), () -> gather(0, 1, 8), () -> gather(0, 8, 0));
            }
        });
    }
}
