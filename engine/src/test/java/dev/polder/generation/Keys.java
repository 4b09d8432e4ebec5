package dev.polder.generation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Keys that are hard on an index: empty, prefixes of each other, zeros, equal in the first eight bytes, as long as
/// allowed.
enum Keys {
    MIXED {
        @Override
        byte[] next(SplittableRandom random) {
            return any(random).next(random);
        }
    },
    FEW {
        @Override
        byte[] next(SplittableRandom random) {
            return new byte[] {(byte) random.nextInt(12)};
        }
    },
    DENSE {
        @Override
        byte[] next(SplittableRandom random) {
            return new byte[] {(byte) random.nextInt(256), (byte) (random.nextInt(4) * 64)};
        }
    },
    RANDOM {
        @Override
        byte[] next(SplittableRandom random) {
            byte[] key = new byte[random.nextInt(20)];
            random.nextBytes(key);
            return key;
        }
    },
    ZEROS {
        @Override
        byte[] next(SplittableRandom random) {
            byte[] key = new byte[random.nextInt(14)];
            if (key.length > 0 && random.nextBoolean()) key[random.nextInt(key.length)] = (byte) random.nextInt(3);
            return key;
        }
    },
    SAME_HEAD {
        @Override
        byte[] next(SplittableRandom random) {
            return ("the same head " + random.nextInt(400)).getBytes(StandardCharsets.UTF_8);
        }
    },
    LONG {
        @Override
        byte[] next(SplittableRandom random) {
            byte[] key = new byte[random.nextInt(2) == 0 ? 2048 : 1500 + random.nextInt(549)];
            Arrays.fill(key, (byte) 'x');
            if (random.nextBoolean()) key[key.length - 1 - random.nextInt(8)] = (byte) random.nextInt(256);
            if (random.nextInt(8) == 0) key[random.nextInt(key.length)] = (byte) 0xff;
            return key;
        }
    };

    private static final List<Keys> SIMPLE = List.of(FEW, DENSE, RANDOM, ZEROS, SAME_HEAD, LONG);

    static Keys any(SplittableRandom random) {
        return SIMPLE.get(random.nextInt(SIMPLE.size()));
    }

    abstract byte[] next(SplittableRandom random);
}
