package dev.polder.run;

/// The sizes a run is written with. Readers learn them from the blocks, so a change needs no new format.
///
/// @param dataBytes   raw size up to which a data block is filled. A block that would close less than three
///                    quarters full, because the next entry is large, grows to four and then sixteen times this
///                    instead, at most [#BLOCK_BYTES_MAX]
/// @param leafBytes   raw size of an index leaf
/// @param innerBytes  raw size of an index block above the leaves; 16 KiB make a root that spans 64 MiB of
///                    compressed data
/// @param keysPerLeaf distinct keys under one leaf, so that the leaf's filter fills one 4 KiB frame at 10 bits a
///                    key
public record RunConfig(int dataBytes, int leafBytes, int innerBytes, int keysPerLeaf) {
    /// The largest frame class of the pool, hence the largest raw block.
    public static final int BLOCK_BYTES_MAX = 65536;

    public static final int KEY_BYTES_MAX = 2048;

    /// A longer value does not lie beside its key but in pieces of its own. Two of these and a key fit the
    /// largest block.
    public static final int INLINE_VALUE_BYTES_MAX = 32 << 10;

    /// Raw size of every piece of a large value but the last.
    public static final int PIECE_BYTES = BLOCK_BYTES_MAX;

    /// Sequences are 54-bit numbers, so that one and its kind are a varint of at most 8 bytes.
    public static final long SEQUENCE_MAX = (1L << 54) - 1;

    /// Index levels over the data blocks. Index blocks have at least four children, so this is out of reach.
    public static final int HEIGHT_MAX = 16;

    public static final RunConfig DEFAULT = new RunConfig(4096, 4096, 16384, 3264);

    public RunConfig {
        require(dataBytes >= 64 && dataBytes <= BLOCK_BYTES_MAX, "dataBytes", dataBytes);
        require(leafBytes >= 128 && leafBytes <= BLOCK_BYTES_MAX, "leafBytes", leafBytes);
        require(innerBytes >= 128 && innerBytes <= BLOCK_BYTES_MAX, "innerBytes", innerBytes);
        require(keysPerLeaf >= 1 && keysPerLeaf <= 32768, "keysPerLeaf", keysPerLeaf);
    }

    private static void require(boolean holds, String name, int value) {
        if (!holds) throw new IllegalArgumentException(name + "=" + value + " is out of its range");
    }
}
