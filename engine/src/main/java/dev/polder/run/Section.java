package dev.polder.run;

import dev.polder.block.BlockHandle;
import java.util.Arrays;

/// One sorted run of one space: a section of a run file, as the manifest knows it.
///
/// (1) `entries ≥ 1` and `tombstones ≤ entries`  (2) `firstKey ≤ lastKey`  (3) `height` is the number of index
/// levels between the root and the data: 0 means the root is itself the only data block, 1 that it is the only
/// leaf (and names its own filter).
///
/// @param bytes    stored bytes of the section, index and filters included
/// @param rawBytes the same before compression
/// @param root     the one handle from which every byte of the section is reached and checked
@SuppressWarnings("ArrayRecordComponent") // never compared; nobody changes the keys
public record Section(
        int spaceId,
        long entries,
        long tombstones,
        byte[] firstKey,
        byte[] lastKey,
        long firstSequence,
        long lastSequence,
        long bytes,
        long rawBytes,
        BlockHandle root,
        int height) {
    public Section {
        if (entries < 1 || tombstones < 0 || tombstones > entries)
            throw broken("(1) entries=" + entries + " tombstones=" + tombstones);
        if (Arrays.compareUnsigned(firstKey, lastKey) > 0) throw broken("(2) firstKey > lastKey");
        if (height < 0 || height > RunConfig.HEIGHT_MAX) throw broken("(3) height=" + height);
    }

    private static IllegalArgumentException broken(String what) {
        return new IllegalArgumentException("a section that cannot be: " + what);
    }
}
