package dev.polder.generation;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one store was told since a moment and has not merged yet: an ordered, multi-version [EntryIndex] per space,
/// in chunks.
///
///     Active ──reserve, apply──▶ Active ──seal──▶ Sealed (merged meanwhile) ──release──▶ Released
///
/// **Reserve, log, apply.** [#reserve] leases all that applying a payload can need, in the worst case; if it
/// returns false nothing has changed. Then the payload may be logged, and [#apply] cannot fail any more: it neither
/// leases nor does I/O.
///
/// **Threads.** `reserve`, `apply` and `release` under the store's commit mutex; the rest from anywhere, without a
/// lock. Readers see a space, and in it each entry, as [SpaceIndex] says: all up to the visible sequence, which the
/// store publishes after `apply`.
public final class Generation {
    private final long number;
    private final EntryArena arena;
    private final long seed;
    private final IndexKind kind;
    private final Payload.Reader reader = new Payload.Reader();
    private final Set<Integer> plannedSpaces = new HashSet<>();

    private volatile SpaceTable spaces = SpaceTable.EMPTY;
    private volatile long entries;
    private volatile long firstSequence;
    private volatile long lastSequence;
    private State state = State.ACTIVE; // the writer's

    private enum State {
        ACTIVE,
        SEALED,
        RELEASED
    }

    /// @param number the store's count of generations, for messages and order
    /// @param seed   of what is random inside (heights); the same seed and payloads give the same bytes
    public Generation(long number, ChunkAllocator chunks, long seed) {
        this(number, chunks, seed, IndexKind.RADIX);
    }

    Generation(long number, ChunkAllocator chunks, long seed, IndexKind kind) {
        this.number = number;
        this.kind = kind;
        this.arena = new EntryArena(chunks);
        this.seed = seed;
    }

    /// Leases all that applying this payload can need. False when memory is short: nothing changed, what was leased
    /// went back. Malformed bytes are an [IllegalStateException], with nothing changed either.
    public boolean reserve(long payloadAddress, int payloadBytes) {
        checkActive();
        int chunksBefore = arena.chunks();
        boolean reserved = false;
        arena.beginPlan();
        plannedSpaces.clear();
        reader.reset(payloadAddress, payloadBytes);
        try {
            reserved = planAll();
        } finally {
            if (!reserved) arena.forget(chunksBefore);
        }
        return reserved;
    }

    /// Applies a payload that was reserved (the last one that was); its operations get `firstSequence` and the
    /// numbers after it, greater than all before.
    public void apply(long payloadAddress, int payloadBytes, long firstSequence) {
        checkActive();
        if (firstSequence <= lastSequence)
            throw new IllegalStateException(
                    "generation " + number + ": firstSequence=" + firstSequence + " after " + lastSequence);
        long sequence = firstSequence;
        reader.reset(payloadAddress, payloadBytes);
        while (reader.next()) {
            indexOf(reader.spaceId())
                    .insert(
                            sequence,
                            reader.kind(),
                            reader.keyAddress(),
                            reader.keyBytes(),
                            reader.valueAddress(),
                            reader.valueBytes());
            sequence++;
        }
        if (sequence == firstSequence) return;
        if (entries == 0) this.firstSequence = firstSequence;
        entries = entries + sequence - firstSequence;
        lastSequence = sequence - 1;
    }

    /// The entries of a space, or null if it has none here.
    public @Nullable EntryIndex space(int spaceId) {
        return spaces.indexOrNull(spaceId);
    }

    /// Ascending; the caller's copy.
    public int[] spaceIds() {
        return spaces.ids();
    }

    public long number() {
        return number;
    }

    /// Leased for it, in chunks.
    public long bytes() {
        return arena.leasedBytes();
    }

    public long entries() {
        return entries;
    }

    /// 0 while empty.
    public long firstSequence() {
        return firstSequence;
    }

    /// 0 while empty.
    public long lastSequence() {
        return lastSequence;
    }

    /// No payload any more: chunks that were leased ahead and not needed go back. Readers do not notice.
    public void seal() {
        if (state != State.ACTIVE) throw notNow();
        state = State.SEALED;
        arena.forget(0);
    }

    /// Gives all chunks back. Called once, when no reader can be inside: the store's read epochs see to that.
    public void release() {
        if (state == State.RELEASED) throw notNow();
        state = State.RELEASED;
        spaces = SpaceTable.EMPTY;
        arena.release();
    }

    private boolean planAll() {
        while (reader.next()) {
            int spaceId = reader.spaceId();
            boolean isNew = spaces.indexOrNull(spaceId) == null && plannedSpaces.add(spaceId);
            if (isNew && !kind.planNew(arena)) return false;
            if (!kind.planInsert(arena, reader.keyBytes(), reader.valueBytes())) return false;
        }
        return true;
    }

    private SpaceIndex indexOf(int spaceId) {
        SpaceIndex index = spaces.indexOrNull(spaceId);
        if (index != null) return index;
        index = kind.create(arena, seed ^ spaceId * 0x9e3779b97f4a7c15L);
        spaces = spaces.with(spaceId, index);
        return index;
    }

    private void checkActive() {
        if (state != State.ACTIVE) throw notNow();
    }

    private IllegalStateException notNow() {
        return new IllegalStateException("generation " + number + " is " + state);
    }
}
