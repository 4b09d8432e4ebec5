package dev.polder.run;

import dev.polder.buffer.FrameSight;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// Where the upper blocks of a run were seen: its root, the root's children, and their filters. Each look-up comes
/// by some of them, so they are found without asking the pool for them by their names.
///
///     { root, child 0, filter 0, child 1, filter 1, … }        8 bytes each; grows with what is looked up
///
/// A root that is a leaf has data blocks for children, and its own filter stands at that of child 0.
///
/// **Threads.** Readers of a run write here without an order. A sight that is lost, or an array of them, costs one
/// longer way. A sight is a single word, which is all it needs: it is checked when it is used.
final class BlockSights {
    static final int ROOT = 0;
    static final int NOWHERE = -1;

    /// So many children of a root have sights, with their filters: 4 KiB of the Java heap per run.
    private static final int CHILDREN_MAX = 256;
    private static final int SIGHTS_MAX = 1 + 2 * CHILDREN_MAX;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private long[] words = {FrameSight.NONE};

    /// Where the sight of a child is.
    ///
    /// @param parent where the parent's is
    static int child(int parent, int child) {
        return parent == ROOT ? 1 + 2 * child : NOWHERE;
    }

    /// Where the sight of a child's filter is.
    static int filter(int parent, int child) {
        return parent == ROOT ? 2 + 2 * child : NOWHERE;
    }

    long get(int at) {
        long[] now = words;
        return at < 0 || at >= now.length ? FrameSight.NONE : (long) WORD.getOpaque(now, at);
    }

    void set(int at, long sight) {
        if (at < 0 || at >= SIGHTS_MAX || sight == FrameSight.NONE) return;
        long[] now = words;
        if (at >= now.length) {
            int known = now.length;
            now = Arrays.copyOf(now, Math.min(SIGHTS_MAX, Math.max(at + 1, 2 * known)));
            Arrays.fill(now, known, now.length, FrameSight.NONE);
            words = now;
        }
        if ((long) WORD.getOpaque(now, at) != sight) WORD.setOpaque(now, at, sight); // a line that is shared stays so
    }
}
