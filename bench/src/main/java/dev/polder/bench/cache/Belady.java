package dev.polder.bench.cache;

import java.util.Arrays;
import java.util.PriorityQueue;

/// OPT: the page whose next use is farthest away goes. No policy that must load every page it misses hits more
/// often. (Belady, "A study of replacement algorithms for a virtual-storage computer", 1966.)
final class Belady {
    private static final int NEVER = Integer.MAX_VALUE;

    private Belady() {}

    static int hits(Trace trace, int frames) {
        int[] nextUse = nextUses(trace);
        int[] resident = new int[trace.pages()]; // the request at which the page is used next, plus one; 0: not there
        // Pages by their next use, farthest first: { next use, page }. Entries that a later use has made stale
        // stay.
        PriorityQueue<long[]> farthest = new PriorityQueue<>((a, b) -> Long.compare(b[0], a[0]));
        int used = 0;
        int hits = 0;
        for (int request = 0; request < trace.length(); request++) {
            int page = trace.page(request);
            if (resident[page] != 0) {
                hits++;
            } else if (used < frames) {
                used++;
            } else {
                long[] victim = farthest.remove();
                while (resident[(int) victim[1]] != mark(victim[0])) victim = farthest.remove();
                resident[(int) victim[1]] = 0;
            }
            resident[page] = mark(nextUse[request]);
            farthest.add(new long[] {nextUse[request], page});
        }
        return hits;
    }

    private static int mark(long nextUse) {
        return nextUse == NEVER ? NEVER : (int) nextUse + 1;
    }

    private static int[] nextUses(Trace trace) {
        int[] nextUse = new int[trace.length()];
        int[] seen = new int[trace.pages()];
        Arrays.fill(seen, NEVER);
        for (int request = trace.length() - 1; request >= 0; request--) {
            nextUse[request] = seen[trace.page(request)];
            seen[trace.page(request)] = request;
        }
        return nextUse;
    }
}
