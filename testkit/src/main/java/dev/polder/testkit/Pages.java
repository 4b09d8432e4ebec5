package dev.polder.testkit;

import dev.polder.memory.Memory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The content of a simulated file: an array of 4 KiB pages that are never changed once they are in it, only
/// replaced. So a copy of the array is a copy of the file, and a thousand crash images of one store share nearly all
/// their pages. A missing page is a hole and reads as zeros.
final class Pages {
    static final int PAGE_BYTES = 4096;
    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private byte[] @Nullable [] pages;
    private int allocated;

    Pages() {
        this(new byte[8][], 0);
    }

    private Pages(byte[] @Nullable [] pages, int allocated) {
        this.pages = pages;
        this.allocated = allocated;
    }

    Pages copy() {
        return new Pages(pages.clone(), allocated);
    }

    /// Bytes on the device: pages that are not holes.
    long allocatedBytes() {
        return (long) allocated * PAGE_BYTES;
    }

    /// How many of these bytes could be written with at most `freePages` pages more.
    int writable(long position, int bytes, long freePages) {
        long end = position + bytes;
        for (long at = position; at < end; at = pageStart(at) + PAGE_BYTES) {
            if (pageOrNull(at) == null && freePages-- <= 0) return (int) (at - position);
        }
        return bytes;
    }

    /// @param content `null` stands for zeros
    void write(long position, byte @Nullable [] content, int from, int bytes) {
        for (int done = 0; done < bytes; ) {
            long at = position + done;
            int inPage = (int) (at - pageStart(at));
            int part = Math.min(bytes - done, PAGE_BYTES - inPage);
            writeInPage(at, inPage, content, from + done, part);
            done += part;
        }
    }

    @SuppressWarnings("ReferenceEquality") // ZEROS is one array
    private void writeInPage(long at, int inPage, byte @Nullable [] content, int from, int bytes) {
        int index = (int) (at / PAGE_BYTES);
        if (index >= pages.length) pages = Arrays.copyOf(pages, Math.max(index + 1, pages.length * 2));
        byte[] old = pages[index];
        if (old == null) allocated++;
        if (content == null && (bytes == PAGE_BYTES || old == null || old == ZEROS)) {
            pages[index] = ZEROS;
            return;
        }
        byte[] page = old == null || bytes == PAGE_BYTES ? new byte[PAGE_BYTES] : old.clone();
        if (content == null) Arrays.fill(page, inPage, inPage + bytes, (byte) 0);
        else System.arraycopy(content, from, page, inPage, bytes);
        pages[index] = page;
    }

    void read(long position, byte[] to, int offset, int bytes) {
        for (int done = 0; done < bytes; ) {
            long at = position + done;
            int inPage = (int) (at - pageStart(at));
            int part = Math.min(bytes - done, PAGE_BYTES - inPage);
            byte[] page = pageOrNull(at);
            System.arraycopy(page == null ? ZEROS : page, inPage, to, offset + done, part);
            done += part;
        }
    }

    void read(long position, long address, int bytes) {
        for (int done = 0; done < bytes; ) {
            long at = position + done;
            int inPage = (int) (at - pageStart(at));
            int part = Math.min(bytes - done, PAGE_BYTES - inPage);
            byte[] page = pageOrNull(at);
            Memory.copyIn(page == null ? ZEROS : page, inPage, address + done, part);
            done += part;
        }
    }

    /// Everything from `size` on becomes a hole.
    void cut(long size) {
        int inPage = (int) (size % PAGE_BYTES);
        int first = (int) ((size + PAGE_BYTES - 1) / PAGE_BYTES);
        for (int i = first; i < pages.length; i++) {
            if (pages[i] != null) allocated--;
            pages[i] = null;
        }
        if (inPage != 0 && pageOrNull(size) != null) writeInPage(size, inPage, null, 0, PAGE_BYTES - inPage);
    }

    private byte @Nullable [] pageOrNull(long at) {
        int index = (int) (at / PAGE_BYTES);
        return index < pages.length ? pages[index] : null;
    }

    private static long pageStart(long at) {
        return at & -PAGE_BYTES;
    }
}
