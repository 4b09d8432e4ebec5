package dev.polder.bench.cache;

import java.lang.foreign.Arena;

/// OPT: the page whose next use is farthest away goes. No policy that must load every page it misses hits more
/// often. (Belady, "A study of replacement algorithms for a virtual-storage computer", 1966.)
///
/// A page is known by the request that uses it next, and no two share one: so the pages that are there are a set of
/// requests, a request is a hit if it is in the set, and the greatest goes. Of pages that are never used again only
/// the number matters. This takes four bytes and a bit for each request, and four bytes for each page.
final class Belady {
    private Belady() {}

    static int hits(Trace trace, int frames) {
        try (Arena arena = Arena.ofConfined()) {
            Ints nextUse = nextUses(trace, arena);
            Positions used = new Positions(trace.length());
            int resident = 0;
            int neverUsed = 0;
            int hits = 0;
            for (int request = 0; request < trace.length(); request++) {
                if (used.remove(request)) hits++;
                else if (resident < frames) resident++;
                else if (neverUsed > 0) neverUsed--;
                else used.remove(used.greatest());
                int next = nextUse.get(request);
                if (next == 0) neverUsed++;
                else used.add(next);
            }
            return hits;
        }
    }

    /// For each request the next one of its page, or 0: no request comes before the first.
    private static Ints nextUses(Trace trace, Arena arena) {
        Ints nextUse = new Ints(arena, trace.length());
        Ints seen = new Ints(arena, trace.pages());
        for (int request = trace.length() - 1; request >= 0; request--) {
            int page = trace.page(request);
            nextUse.set(request, seen.get(page));
            seen.set(page, request);
        }
        return nextUse;
    }
}
