package dev.polder.block;

import dev.polder.memory.Memory;
import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.lz4.Lz4Compressor;
import io.airlift.compress.v3.lz4.Lz4Decompressor;
import io.airlift.compress.v3.lz4.Lz4JavaCompressor;
import io.airlift.compress.v3.lz4.Lz4JavaDecompressor;
import io.airlift.compress.v3.lz4.Lz4NativeCompressor;
import io.airlift.compress.v3.lz4.Lz4NativeDecompressor;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/// How stored bytes become a block's bytes, and back: RAW, or LZ4 (raw block format, as written by any LZ4
/// library).
///
/// LZ4 comes from aircompressor, whose native classes are 1.4 to 1.7 times as fast as its Java ones. Which of
/// them is in use is decided once, here, by name, and [#describe] says it: nothing falls back on its own.
///
/// Thread-safe. A native compressor holds 16 KiB of off-heap state outside the budget; at most
/// [#COMPRESSORS_KEPT] are kept.
public final class Codecs {
    public static final int RAW = 0, LZ4 = 1;

    private static final int COMPRESSORS_KEPT = 4;

    private final Supplier<Lz4Compressor> newCompressor;
    private final Lz4Decompressor decompressor;
    private final AtomicReferenceArray<Lz4Compressor> compressors = new AtomicReferenceArray<>(COMPRESSORS_KEPT);
    private final String description;

    private Codecs(Supplier<Lz4Compressor> newCompressor, Lz4Decompressor decompressor, String description) {
        this.newCompressor = newCompressor;
        this.decompressor = decompressor;
        this.description = description;
    }

    /// Native LZ4 where the library can be loaded, else Java; [#describe] tells which and why.
    public static Codecs probe() {
        NativeLz4.load();
        try {
            return new Codecs(Lz4NativeCompressor::new, new Lz4NativeDecompressor(), "lz4: native");
        } catch (IllegalStateException | LinkageError e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            return java("the native library could not be loaded: " + reason);
        }
    }

    /// Java LZ4, for a stated reason.
    public static Codecs java(String reason) {
        return new Codecs(Lz4JavaCompressor::new, new Lz4JavaDecompressor(), "lz4: java (" + reason + ")");
    }

    /// Which implementation is in use, and why, for logs and metrics.
    public String describe() {
        return description;
    }

    /// Capacity with which [#compress] always succeeds.
    public static int compressedBytesBound(int bytes) {
        return bytes + bytes / 255 + 16;
    }

    /// Compresses with LZ4.
    ///
    /// @return the compressed length, or -1 if it does not fit `capacity` (an expensive answer below
    ///   [#compressedBytesBound])
    public int compress(long from, int bytes, long to, int capacity) {
        Lz4Compressor compressor = takeCompressor();
        try {
            return compressor.compress(Memory.ALL.asSlice(from, bytes), Memory.ALL.asSlice(to, capacity));
        } catch (IllegalArgumentException tooSmall) {
            return -1;
        } finally {
            keepCompressor(compressor);
        }
    }

    /// Turns stored bytes into exactly `rawBytes` bytes at `to`; never writes beyond them.
    ///
    /// @return `false` if the stored bytes are not that: they are malformed, or too long or too short when
    ///   decoded
    public boolean decode(int codec, long from, int storedBytes, long to, int rawBytes) {
        switch (codec) {
            case RAW -> {
                if (storedBytes != rawBytes) return false;
                Memory.copy(from, to, rawBytes);
                return true;
            }
            case LZ4 -> {
                try {
                    return rawBytes
                            == decompressor.decompress(
                                    Memory.ALL.asSlice(from, storedBytes), Memory.ALL.asSlice(to, rawBytes));
                } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException malformed) {
                    return false;
                }
            }
            default -> {
                return false;
            }
        }
    }

    private Lz4Compressor takeCompressor() {
        for (int i = 0; i < COMPRESSORS_KEPT; i++) {
            Lz4Compressor kept = compressors.getAndSet(i, null);
            if (kept != null) return kept;
        }
        return newCompressor.get();
    }

    private void keepCompressor(Lz4Compressor compressor) {
        for (int i = 0; i < COMPRESSORS_KEPT; i++) if (compressors.compareAndSet(i, null, compressor)) return;
    }
}
