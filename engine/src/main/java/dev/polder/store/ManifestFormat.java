package dev.polder.store;

import dev.polder.block.BlockHandle;
import dev.polder.log.EpochRange;
import dev.polder.run.Section;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// The bytes of a manifest file: a header, then edits, back to back. Little-endian.
///
///     header   0        4         8           12      16         32          40           64
///             ┌────────┬─────────┬───────────┬───────┬──────────┬───────────┬────────────┐
///             │ crc32c │ 'PMAN'  │ format    │ zeros │ store id │ roll      │ zeros      │
///             └────────┴─────────┴───────────┴───────┴──────────┴───────────┴────────────┘
///     edit     0        4         8           16            24
///             ┌────────┬─────────┬───────────┬─────────────┬─────────────────────────────┐
///             │ crc32c │ length  │ number    │ previous    │ changes: kind u8, fields …  │
///             └────────┴─────────┴───────────┴─────────────┴─────────────────────────────┘
///
/// An edit is valid if and only if (1) `crc32c` covers bytes 4 to 24 + length, (2) its number is the one after its
/// predecessor's, (3) `previous` (16..20) equals the predecessor's `crc32c`, or the header's for the first. So edits
/// form a chain: one that is missing, repeated or from another file ends it. The first edit of a roll holds the whole
/// state.
final class ManifestFormat {
    static final int MAGIC = 0x4e414d50; // "PMAN"
    static final int FORMAT_VERSION = 1;
    static final int HEADER_BYTES = 64;
    static final int EDIT_HEADER_BYTES = 24;

    /// An edit is a list of changes of a merge or of a whole state; larger than this it is not ours.
    static final int EDIT_BYTES_MAX = 256 << 20;

    /// Longest name of a space, in UTF-8 bytes.
    static final int NAME_BYTES_MAX = 255;

    private static final int IDENTITY = 1;
    private static final int FLUSHED = 2;
    private static final int HIGH_WATER = 3;
    private static final int EPOCH_SET = 4;
    private static final int EPOCH_FORGET = 5;
    private static final int SPACE_CREATE = 6;
    private static final int SPACE_DROP = 7;
    private static final int FILE_ADD = 8;
    private static final int FILE_DROP = 9;
    private static final int RUN_ADD = 10;
    private static final int RUN_REMOVE = 11;

    private ManifestFormat() {}

    static byte[] header(long storeIdHigh, long storeIdLow, long roll) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(4, MAGIC).putInt(8, FORMAT_VERSION);
        out.putLong(16, storeIdHigh).putLong(24, storeIdLow).putLong(32, roll);
        out.putInt(0, crc(out.array(), 4, HEADER_BYTES - 4));
        return out.array();
    }

    static byte[] edit(long number, int previousCrc, List<ManifestChange> changes) {
        Writer body = new Writer();
        for (ManifestChange change : changes) write(body, change);
        byte[] payload = body.toByteArray();
        ByteBuffer out = ByteBuffer.allocate(EDIT_HEADER_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(4, payload.length).putLong(8, number).putInt(16, previousCrc);
        out.put(EDIT_HEADER_BYTES, payload);
        out.putInt(0, crc(out.array(), 4, out.capacity() - 4));
        return out.array();
    }

    static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /// Decodes the changes of a valid edit.
    ///
    /// @throws IllegalStateException for bytes that no version of this code wrote
    static List<ManifestChange> changes(ByteBuffer in) {
        List<ManifestChange> changes = new ArrayList<>();
        try {
            while (in.hasRemaining()) changes.add(read(in));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IllegalStateException("an edit with a valid checksum does not parse", e);
        }
        return changes;
    }

    private static void write(Writer out, ManifestChange change) {
        switch (change) {
            case ManifestChange.Identity(long high, long low, boolean logged) ->
                out.u8(IDENTITY).u64(high).u64(low).u8(logged ? 1 : 0);
            case ManifestChange.Flushed(long sequence) -> out.u8(FLUSHED).u64(sequence);
            case ManifestChange.HighWater(long fileIds, int spaceIds) ->
                out.u8(HIGH_WATER).u64(fileIds).u32(spaceIds);
            case ManifestChange.EpochSet(EpochRange range) ->
                out.u8(EPOCH_SET)
                        .u64(range.epoch())
                        .u64(range.firstSegment())
                        .u8(range.ended() ? 1 : 0)
                        .u64(range.lsn())
                        .u64(range.lastSequence());
            case ManifestChange.EpochForget(long epoch) -> out.u8(EPOCH_FORGET).u64(epoch);
            case ManifestChange.SpaceCreate(int id, String name) ->
                out.u8(SPACE_CREATE).u32(id).bytes(name.getBytes(StandardCharsets.UTF_8));
            case ManifestChange.SpaceDrop(int id) -> out.u8(SPACE_DROP).u32(id);
            case ManifestChange.FileAdd(long id, long bytes, int sections) ->
                out.u8(FILE_ADD).u64(id).u64(bytes).u32(sections);
            case ManifestChange.FileDrop(long id) -> out.u8(FILE_DROP).u64(id);
            case ManifestChange.RunAdd(int level, long id, Section section) -> {
                out.u8(RUN_ADD).u8(level).u64(id);
                section(out, section);
            }
            case ManifestChange.RunRemove(int spaceId, int level, long id) ->
                out.u8(RUN_REMOVE).u32(spaceId).u8(level).u64(id);
        }
    }

    private static ManifestChange read(ByteBuffer in) {
        int kind = in.get();
        return switch (kind) {
            case IDENTITY -> new ManifestChange.Identity(in.getLong(), in.getLong(), in.get() != 0);
            case FLUSHED -> new ManifestChange.Flushed(in.getLong());
            case HIGH_WATER -> new ManifestChange.HighWater(in.getLong(), in.getInt());
            case EPOCH_SET ->
                new ManifestChange.EpochSet(
                        new EpochRange(in.getLong(), in.getLong(), in.get() != 0, in.getLong(), in.getLong()));
            case EPOCH_FORGET -> new ManifestChange.EpochForget(in.getLong());
            case SPACE_CREATE ->
                new ManifestChange.SpaceCreate(in.getInt(), new String(bytes(in), StandardCharsets.UTF_8));
            case SPACE_DROP -> new ManifestChange.SpaceDrop(in.getInt());
            case FILE_ADD -> new ManifestChange.FileAdd(in.getLong(), in.getLong(), in.getInt());
            case FILE_DROP -> new ManifestChange.FileDrop(in.getLong());
            case RUN_ADD -> new ManifestChange.RunAdd(in.get(), in.getLong(), section(in));
            case RUN_REMOVE -> new ManifestChange.RunRemove(in.getInt(), in.get(), in.getLong());
            default -> throw new IllegalArgumentException("unknown change kind " + kind);
        };
    }

    private static void section(Writer out, Section section) {
        out.u32(section.spaceId()).u64(section.entries()).u64(section.tombstones());
        out.bytes(section.firstKey()).bytes(section.lastKey());
        out.u64(section.firstSequence()).u64(section.lastSequence()).u64(section.baseSequence());
        out.u64(section.bytes()).u64(section.rawBytes()).u8(section.height());
        BlockHandle root = section.root();
        out.u64(root.offset()).u32(root.storedBytes()).u32(root.rawBytes());
        out.u8(root.codec()).u32(root.crc());
    }

    private static Section section(ByteBuffer in) {
        int spaceId = in.getInt();
        long entries = in.getLong();
        long tombstones = in.getLong();
        byte[] firstKey = bytes(in);
        byte[] lastKey = bytes(in);
        long firstSequence = in.getLong();
        long lastSequence = in.getLong();
        long baseSequence = in.getLong();
        long bytes = in.getLong();
        long rawBytes = in.getLong();
        int height = in.get();
        BlockHandle root = new BlockHandle(in.getLong(), in.getInt(), in.getInt(), in.get(), in.getInt());
        return new Section(
                spaceId,
                entries,
                tombstones,
                firstKey,
                lastKey,
                firstSequence,
                lastSequence,
                baseSequence,
                bytes,
                rawBytes,
                root,
                height);
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getShort() & 0xffff;
        if (length > in.remaining()) throw new IllegalArgumentException("a length runs past the edit");
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /// Little-endian fields, appended.
    private static final class Writer extends ByteArrayOutputStream {
        Writer u8(int value) {
            write(value);
            return this;
        }

        Writer u32(int value) {
            for (int shift = 0; shift < 32; shift += 8) write(value >>> shift);
            return this;
        }

        Writer u64(long value) {
            for (int shift = 0; shift < 64; shift += 8) write((int) (value >>> shift));
            return this;
        }

        Writer bytes(byte[] value) {
            write(value.length);
            write(value.length >>> 8);
            write(value, 0, value.length);
            return this;
        }
    }
}
