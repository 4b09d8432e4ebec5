package dev.polder.bench.pool;

import dev.polder.block.BlockRef;
import dev.polder.buffer.FrameRef;
import dev.polder.memory.Memory;

/// The loops that are timed, each a method of its own, so that each is compiled for itself. They draw uniformly
/// random blocks and words of them, and return the sum of the words.
final class PoolLoops {
    private PoolLoops() {}

    static long bareIndependent(ResidentBlocks blocks, long seed, int operations) {
        long frames = blocks.frames;
        int count = blocks.blocks();
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            sum += Memory.getLong(frames + (long) block(random, count) * ResidentBlocks.BLOCK_BYTES + at(random));
        }
        return sum;
    }

    static long bareDependent(ResidentBlocks blocks, long seed, int operations) {
        long frames = blocks.frames;
        int count = blocks.blocks();
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            long word = Memory.getLong(frames + (long) block(random, count) * ResidentBlocks.BLOCK_BYTES + at(random));
            sum += word;
            random ^= word >>> 63; // always zero, which the processor does not know
        }
        return sum;
    }

    static long hitIndependent(ResidentBlocks blocks, BlockRef ref, long seed, int operations) {
        int count = blocks.blocks();
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            sum += blocks.read(ref, block(random, count), at(random));
        }
        return sum;
    }

    static long hitDependent(ResidentBlocks blocks, BlockRef ref, long seed, int operations) {
        int count = blocks.blocks();
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            long word = blocks.read(ref, block(random, count), at(random));
            sum += word;
            random ^= word >>> 63;
        }
        return sum;
    }

    static long hintIndependent(ResidentBlocks blocks, FrameRef ref, long seed, int operations) {
        int count = blocks.blocks();
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            sum += blocks.readHinted(ref, block(random, count), at(random));
        }
        return sum;
    }

    static long hintDependent(ResidentBlocks blocks, FrameRef ref, long seed, int operations) {
        int count = blocks.blocks();
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            long word = blocks.readHinted(ref, block(random, count), at(random));
            sum += word;
            random ^= word >>> 63;
        }
        return sum;
    }

    static long seenIndependent(ResidentBlocks blocks, FrameRef ref, long seed, int operations) {
        int count = blocks.blocks();
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            sum += blocks.readSeen(ref, block(random, count), at(random));
        }
        return sum;
    }

    static long seenDependent(ResidentBlocks blocks, FrameRef ref, long seed, int operations) {
        int count = blocks.blocks();
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            long word = blocks.readSeen(ref, block(random, count), at(random));
            sum += word;
            random ^= word >>> 63;
        }
        return sum;
    }

    /// Words of one block, for ever.
    static long hot(ResidentBlocks blocks, BlockRef ref, long seed, int operations) {
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            sum += blocks.read(ref, 0, at(random));
        }
        return sum;
    }

    /// Blocks of a file so large that nearly none of them is in the pool.
    static long misses(ResidentBlocks blocks, BlockRef ref, long seed, int operations) {
        long random = seed;
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            random = next(random);
            sum += blocks.read(ref, block(random, 1 << 22), at(random));
        }
        return sum;
    }

    private static int block(long random, int count) {
        return (int) (((random >>> 32) * count) >>> 32);
    }

    private static int at(long random) {
        return (int) (random & 511) << 3;
    }

    private static long next(long x) {
        x ^= x << 13;
        x ^= x >>> 7;
        return x ^ x << 17;
    }
}
