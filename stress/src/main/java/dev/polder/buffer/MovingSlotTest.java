package dev.polder.buffer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The page table: one block is looked for while another of the same chain is removed and put back, so that the slot of
/// the first moves. A look without the mutex may miss it; what it finds is right, and it comes to an end.
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "found every time")
@Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "missed while its slot moved")
@Outcome(id = "2, .*", expect = FORBIDDEN, desc = "another frame was found")
@Outcome(id = ".*, 1", expect = FORBIDDEN, desc = "a block is lost")
@State
public class MovingSlotTest {
    private static final int SLOTS = 8, TABLES = 1 << 15, LOOKS = 20;
    private static final int TABLE_BYTES = SLOTS * PageTable.SLOT_BYTES;
    private static final int BYTES = TABLE_BYTES + 3 * FrameDescriptor.BYTES;
    private static final long MEMORY =
            Arena.global().allocate((long) BYTES * TABLES, 64).address();
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final long[] IDS = idsOfOneChain();

    private final long memory = MEMORY + (long) BYTES * (NEXT.getAndIncrement() & (TABLES - 1));
    private final PageTable table = tableAt(memory);

    public MovingSlotTest() {
        for (int frame = 0; frame < 3; frame++) table.put(IDS[frame], frame);
    }

    /// Three ids, of which the second and third lie behind the first because they have the same home.
    private static long[] idsOfOneChain() {
        long[] ids = new long[3];
        int found = 0;
        long home = -1;
        for (long id = 1; found < ids.length; id++) {
            tableAt(MEMORY).put(id, 0);
            long slot = 0;
            while (Memory.getLong(MEMORY + slot) == 0) slot += PageTable.SLOT_BYTES;
            if (home < 0) home = slot;
            if (slot == home) ids[found++] = id;
        }
        return ids;
    }

    private static PageTable tableAt(long memory) {
        Memory.fill(memory, TABLE_BYTES, (byte) 0);
        long descriptors = memory + TABLE_BYTES;
        long[] ids = IDS;
        for (int frame = 0; ids != null && frame < 3; frame++)
            Memory.putLong(descriptors + (long) frame * FrameDescriptor.BYTES + FrameDescriptor.ID, ids[frame]);
        return new PageTable(memory, TABLE_BYTES, descriptors);
    }

    @Actor
    public void look(II_Result result) {
        for (int look = 0; look < LOOKS && result.r1 < 2; look++) {
            int frame = table.find(IDS[2]);
            if (frame != 2) result.r1 = frame < 0 ? 1 : 2;
        }
    }

    @Actor
    public void move() {
        for (int frame = 0; frame < 2; frame++) {
            table.remove(IDS[frame], frame);
            table.put(IDS[frame], frame);
        }
    }

    @Arbiter
    public void allAreThere(II_Result result) {
        for (int frame = 0; frame < 3; frame++) if (table.findExactly(IDS[frame]) != frame) result.r2 = 1;
    }
}
