package dev.polder.block;

/// A [Handle] as an object: for roots and sections, of which there are few. Readers on their way down use
/// [Handle] itself.
///
/// @param offset byte position in the file, a multiple of 8
/// @param storedBytes as on disk
/// @param rawBytes decoded, at most 64 KiB
/// @param codec one of [Codecs]
/// @param crc CRC32C over the stored bytes
public record BlockHandle(long offset, int storedBytes, int rawBytes, int codec, int crc) {
    public BlockHandle {
        if (!Handle.isValid(offset, storedBytes, rawBytes, codec))
            throw new IllegalArgumentException("impossible handle: offset=" + offset + " storedBytes=" + storedBytes
                    + " rawBytes=" + rawBytes + " codec=" + codec);
    }

    /// The handle at an address; the caller has checked [Handle#isValid].
    public static BlockHandle read(long address) {
        return new BlockHandle(
                Handle.offset(address),
                Handle.storedBytes(address),
                Handle.rawBytes(address),
                Handle.codec(address),
                Handle.crc(address));
    }

    /// Writes its [Handle#BYTES] bytes to an address.
    public void write(long address) {
        Handle.write(address, offset, storedBytes, rawBytes, codec, crc);
    }
}
