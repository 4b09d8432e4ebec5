package dev.polder.kv;

import dev.polder.memory.Memory;

/// Many runs as one source, in the memory of two keys: for a cursor that got no memory for each of them. Their
/// cursors stand where they stand, but write their keys to one place and in turns; only the heads of the keys are
/// kept, and the whole key of the one that comes next. Where heads are equal, a key is read again from its block. So
/// a step costs a look at every run, and memory is the same however many there are.
///
/// Forward it stands on the least entry of all (key ascending, sequence descending), backward on the greatest; which
/// of the two is decided by how it was positioned, and a change of direction positions it anew.
final class FoldedSource extends Source {
    private final Source.OfRuns[] members;
    private final long chosenKey;
    private Source.OfRuns chosen;
    private boolean backward;

    /// @param members   at least one; all write their keys to the same scratch memory
    /// @param chosenKey `KEY_BYTES_MAX` bytes for the key that it stands on
    FoldedSource(Source.OfRuns[] members, long chosenKey) {
        this.members = members;
        this.chosenKey = chosenKey;
        this.chosen = members[0];
    }

    @Override
    long sequence() {
        return chosen.sequence();
    }

    @Override
    boolean isDelete() {
        return chosen.isDelete();
    }

    @Override
    int valueBytes() {
        return chosen.valueBytes();
    }

    @Override
    void copyValue(byte[] to) {
        chosen.copyValue(to);
    }

    @Override
    boolean moveFirst() {
        for (Source.OfRuns member : members) {
            member.keyOverwritten();
            member.first();
        }
        return choose(false);
    }

    @Override
    boolean moveLast() {
        for (Source.OfRuns member : members) {
            member.keyOverwritten();
            member.last();
        }
        return choose(true);
    }

    @Override
    boolean moveTo(long key, int bytes, long sequence) {
        for (Source.OfRuns member : members) {
            member.keyOverwritten();
            member.seek(key, bytes, sequence);
        }
        return choose(false);
    }

    @Override
    boolean moveBefore(long key, int bytes) {
        for (Source.OfRuns member : members) {
            member.keyOverwritten();
            member.seekBefore(key, bytes);
        }
        return choose(true);
    }

    @Override
    boolean moveNext() {
        if (backward) throw new IllegalStateException("next() after moving backward");
        chosen.keyOverwritten();
        chosen.next();
        return choose(false);
    }

    @Override
    boolean movePrevious() {
        if (!backward) throw new IllegalStateException("previous() after moving forward");
        chosen.keyOverwritten();
        chosen.previous();
        return choose(true);
    }

    @Override
    long currentKeyAddress() {
        return chosenKey;
    }

    @Override
    int currentKeyBytes() {
        return chosen.keyBytes;
    }

    private boolean choose(boolean greatest) {
        backward = greatest;
        Source.OfRuns best = null;
        for (Source.OfRuns member : members) {
            if (!member.valid || (best != null && !isBetter(member, best))) continue;
            if (best == null || member.head != best.head) member.restoreKey(); // else it was read to compare
            Memory.copy(member.keyAddress, chosenKey, member.keyBytes);
            best = member;
        }
        if (best == null) return false;
        chosen = best;
        return true;
    }

    /// Whether `member` comes before `best` in the direction we go; `best`'s key is the chosen one.
    private boolean isBetter(Source.OfRuns member, Source.OfRuns best) {
        int order;
        if (member.head != best.head) {
            order = Long.compareUnsigned(member.head, best.head);
        } else {
            member.restoreKey();
            order = Memory.compare(member.keyAddress, member.keyBytes, chosenKey, best.keyBytes);
            if (order == 0) order = Long.compare(best.sequence(), member.sequence());
        }
        return backward ? order > 0 : order < 0;
    }
}
