package dev.polder.run;

import dev.polder.block.BlockHandle;
import java.util.Arrays;

/// One sorted run of one space: a section of a run file, as the manifest knows it.
///
/// (1) `entries ≥ 1` and `tombstones ≤ entries`  (2) `firstKey ≤ lastKey`  (3) `height` is the number of index
/// levels between the root and the data: 0 means the root is itself the only data block, 1 that it is the only
/// leaf (and names its own filter)  (4) `baseSequence ≤ firstSequence ≤ lastSequence`.
///
/// **Base.** The file of a spilled batch is written before its sequence is known. Its blocks count from 0, and the
/// manifest says from what: whoever decodes a sequence adds the base. Merges write runs whose base is 0.
///
/// @param baseSequence what is to be added to every sequence in the blocks; `firstSequence` and `lastSequence` are sums
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
        long baseSequence,
        long bytes,
        long rawBytes,
        BlockHandle root,
        int height) {
    public Section {
        if (entries < 1 || tombstones < 0 || tombstones > entries)
            throw broken("(1) entries=" + entries + " tombstones=" + tombstones);
        if (Arrays.compareUnsigned(firstKey, lastKey) > 0) throw broken("(2) firstKey > lastKey");
        if (baseSequence < 0 || baseSequence > firstSequence || firstSequence > lastSequence)
            throw broken("(4) base=" + baseSequence + " sequences=" + firstSequence + " to " + lastSequence);
        if (height < 0 || height > RunConfig.HEIGHT_MAX) throw broken("(3) height=" + height);
    }

    /// The same run, written with sequences from 0, now that they are known to begin at `base`.
    public Section basedOn(long base) {
        if (baseSequence != 0) throw new IllegalStateException("the section has its base: " + baseSequence);
        return new Section(
                spaceId,
                entries,
                tombstones,
                firstKey,
                lastKey,
                firstSequence + base,
                lastSequence + base,
                base,
                bytes,
                rawBytes,
                root,
                height);
    }

    private static IllegalArgumentException broken(String what) {
        return new IllegalArgumentException("a section that cannot be: " + what);
    }
}
