package dev.polder.generation;

import dev.polder.memory.Memory;
import java.util.Arrays;

/// The chunks of one generation, filled from front to back: one list of chunks, a place to fill next, and nothing
/// is ever freed alone.
///
///     [ 4 KiB ][ 4 KiB ][ 8 KiB ][ 16 KiB ][ 32 KiB ][ 64 KiB ][ 64 KiB ] …       chunks, in order of leasing
///        full     full     full   ▲ place (chunk, used)   └─ leased ahead by a plan ─┘
///
/// **Reserve before apply.** A *plan* walks a second place over the same chunks with the worst sizes an apply may
/// need, and leases what is missing; `allocate` then walks the real place with the real sizes and never leases. It
/// cannot run short: one step, "stay if it fits, else go on to the next chunk that is large enough", is monotone in
/// the place and in the size, so real steps that are smaller or left out never overtake the planned ones.
///
/// **Threads.** The writer of the generation only. Readers know addresses of entries, not this class.
final class EntryArena {
    /// A piece shorter than this is not worth its header: go on to the next chunk, unless it is the last one.
    private static final int PIECE_BYTES_MIN = 512;

    private final ChunkAllocator chunks;
    private long[] addresses = new long[4];
    private int[] sizes = new int[4];
    private int count;
    private volatile long leasedBytes; // written by the writer, read by metrics
    private final Place real = new Place();
    private final Place planned = new Place();

    EntryArena(ChunkAllocator chunks) {
        this.chunks = chunks;
    }

    /// A chunk and how many of its bytes are taken; before the first chunk at the start.
    private static final class Place {
        int chunk = -1;
        int used;
    }

    long leasedBytes() {
        return leasedBytes;
    }

    /// How many chunks are leased: what [#forget] goes back to.
    int chunks() {
        return count;
    }

    void beginPlan() {
        planned.chunk = real.chunk;
        planned.used = real.used;
    }

    /// Makes sure that `bytes` more bytes can be allocated; false when no chunk is to be had.
    boolean plan(int bytes) {
        return step(planned, bytes) || (lease(bytes) && step(planned, bytes));
    }

    /// Makes sure that an entry can be written, with its pieces.
    boolean planEntry(int words, int keyBytes, int valueBytes) {
        if (!plan(Entry.bytes(words, keyBytes, valueBytes))) return false;
        return valueBytes <= Entry.INLINE_VALUE_BYTES_MAX || planPieces(valueBytes);
    }

    private boolean planPieces(int valueBytes) {
        for (int left = valueBytes; left > 0; ) {
            if (!stepToPiece(planned, left)) {
                if (!lease(Math.min(Entry.PIECE_HEADER_BYTES + left, ChunkAllocator.CHUNK_BYTES_MAX))) return false;
                continue;
            }
            left -= takePiece(planned, left);
        }
        return true;
    }

    /// Gives back what was leased since there were `chunksBefore`: a plan that failed leaves nothing
    /// behind. Chunks in use stay.
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void forget(int chunksBefore) {
        while (count > Math.max(chunksBefore, real.chunk + 1)) {
            count--;
            leasedBytes -= sizes[count];
            chunks.free(addresses[count], sizes[count]);
        }
    }

    /// Zeroed only where the caller writes; cannot fail after a plan.
    long allocate(int bytes) {
        if (!step(real, bytes)) throw new IllegalStateException("apply without reserve: bytes=" + bytes);
        return addresses[real.chunk] + real.used - bytes;
    }

    /// Copies a value into pieces; returns the address of the first.
    long writePieces(long value, int valueBytes) {
        long first = 0;
        long last = 0;
        for (int left = valueBytes; left > 0; ) {
            if (!stepToPiece(real, left)) throw new IllegalStateException("apply without reserve: value bytes=" + left);
            long piece = addresses[real.chunk] + real.used;
            int part = takePiece(real, left);
            Memory.putLong(piece + Entry.PIECE_NEXT, 0);
            Memory.putLong(piece + Entry.PIECE_BYTES, part);
            Memory.copy(value + valueBytes - left, piece + Entry.PIECE_HEADER_BYTES, part);
            if (last == 0) first = piece;
            else Memory.putLong(last + Entry.PIECE_NEXT, piece);
            last = piece;
            left -= part;
        }
        return first;
    }

    void release() {
        for (int i = 0; i < count; i++) chunks.free(addresses[i], sizes[i]);
        count = 0;
        leasedBytes = 0;
        real.chunk = -1;
        real.used = 0;
    }

    /// Takes `bytes` at the place, or at the start of the next chunk that is large enough; false, and nothing
    /// moves, without one.
    private boolean step(Place place, int bytes) {
        if (place.chunk >= 0 && bytes <= sizes[place.chunk] - place.used) {
            place.used += bytes;
            return true;
        }
        for (int next = place.chunk + 1; next < count; next++) {
            if (bytes > sizes[next]) continue;
            place.chunk = next;
            place.used = bytes;
            return true;
        }
        return false;
    }

    /// Goes to where a piece of a value with `left` bytes to go can start.
    private boolean stepToPiece(Place place, int left) {
        int least = Entry.PIECE_HEADER_BYTES + Math.min(Entry.align(left), PIECE_BYTES_MIN);
        if (place.chunk >= 0 && least <= sizes[place.chunk] - place.used) return true;
        if (place.chunk + 1 == count) return false;
        place.chunk++;
        place.used = 0;
        return true;
    }

    private int takePiece(Place place, int left) {
        int part = Math.min(left, sizes[place.chunk] - place.used - Entry.PIECE_HEADER_BYTES);
        place.used += Entry.PIECE_HEADER_BYTES + Entry.align(part);
        return part;
    }

    /// As large as all chunks so far, 4 to 64 KiB: small stores stay small, large ones waste few tails. Smaller
    /// when memory is short.
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private boolean lease(int bytesMin) {
        int least = ChunkAllocator.chunkBytes(bytesMin);
        int wanted = (int) Math.min(ChunkAllocator.CHUNK_BYTES_MAX, Math.max(least, Long.highestOneBit(leasedBytes)));
        for (int size = wanted; size >= least; size >>= 1) {
            if (count == addresses.length) {
                addresses = Arrays.copyOf(addresses, 2 * count);
                sizes = Arrays.copyOf(sizes, 2 * count);
            }
            long chunk = chunks.allocate(size);
            if (chunk == 0) continue;
            addresses[count] = chunk;
            sizes[count] = size;
            count++;
            leasedBytes += size;
            return true;
        }
        return false;
    }
}
