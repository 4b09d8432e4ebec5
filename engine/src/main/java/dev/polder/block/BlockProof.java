package dev.polder.block;

import dev.polder.errors.CorruptionException;
import dev.polder.memory.Memory;
import java.nio.file.Path;

/// The one check between stored bytes and anybody who believes them: length, checksum, decoded length. Used
/// by the loader, and by whoever reads blocks in bulk past the pool.
public final class BlockProof {
    private BlockProof() {}

    /// Throws unless the handle's fields can be those of a block.
    static void checkHandle(Path file, long offset, int storedBytes, int rawBytes, int codec) {
        if (!Handle.isValid(offset, storedBytes, rawBytes, codec))
            throw new CorruptionException(
                    file.toString(),
                    offset,
                    "impossible handle: storedBytes=" + storedBytes + " rawBytes=" + rawBytes + " codec=" + codec);
    }

    /// Throws unless the stored bytes are those the handle was made for.
    public static void verify(Path file, long offset, long stored, int storedBytes, int crc) {
        int found = Memory.crc32c(stored, storedBytes);
        if (found != crc)
            throw new CorruptionException(
                    file.toString(),
                    offset,
                    "block checksum mismatch: storedBytes=" + storedBytes + " expected=" + hex(crc) + " found="
                            + hex(found));
    }

    /// Decodes verified bytes; throws unless they are a block of exactly `rawBytes`.
    public static void decode(
            Codecs codecs, Path file, long offset, int codec, long stored, int storedBytes, long to, int rawBytes) {
        if (!codecs.decode(codec, stored, storedBytes, to, rawBytes))
            throw new CorruptionException(
                    file.toString(),
                    offset,
                    "block does not decode: codec=" + codec + " storedBytes=" + storedBytes + " expected rawBytes="
                            + rawBytes);
    }

    private static String hex(int crc) {
        return "%08x".formatted(crc);
    }
}
