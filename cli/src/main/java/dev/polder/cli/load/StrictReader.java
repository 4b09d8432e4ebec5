package dev.polder.cli.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Text out of bytes, where bytes that are no text end the reading and are named with their line. (The JDK's reader
/// either puts question marks in their place or cannot say where they were.) A byte order mark decides the encoding
/// and is dropped.
final class StrictReader extends Reader {
    private final InputStream in;
    private final CharsetDecoder decoder;
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).flip();
    private boolean end;
    private long line = 1;

    StrictReader(InputStream in, Charset charset) throws IOException {
        this.in = in;
        this.decoder = markedCharset(in, charset)
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private static Charset markedCharset(InputStream in, Charset charset) throws IOException {
        in.mark(3);
        byte[] head = in.readNBytes(3);
        in.reset();
        if (starts(head, 0xef, 0xbb, 0xbf)) {
            in.skipNBytes(3);
            return StandardCharsets.UTF_8;
        }
        if (starts(head, 0xff, 0xfe) || starts(head, 0xfe, 0xff)) {
            in.skipNBytes(2);
            return starts(head, 0xff) ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE;
        }
        return charset;
    }

    private static boolean starts(byte[] head, int... mark) {
        if (head.length < mark.length) return false;
        for (int i = 0; i < mark.length; i++) if (head[i] != (byte) mark[i]) return false;
        return true;
    }

    @Override
    public int read(char[] to, int from, int length) throws IOException {
        if (length == 0) return 0;
        CharBuffer chars = CharBuffer.wrap(to, from, length).slice();
        while (chars.position() == 0) {
            CoderResult result = decoder.decode(bytes, chars, end);
            if (result.isError()) {
                if (chars.position() > 0) break; // deliver what is right; the next call meets the error again
                throw new NotTextException(line, decoder.charset(), bytes.get(bytes.position()));
            }
            if (result.isUnderflow()) {
                if (chars.position() > 0) break;
                if (end) return -1;
                fill();
            }
        }
        int count = chars.position();
        for (int i = from; i < from + count; i++) if (to[i] == '\n') line++;
        return count;
    }

    private void fill() throws IOException {
        bytes.compact();
        int n = in.read(bytes.array(), bytes.position(), bytes.remaining());
        if (n < 0) end = true;
        else bytes.position(bytes.position() + n);
        bytes.flip();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /// These bytes are not in the encoding they were said to be in.
    static final class NotTextException extends CharacterCodingException {
        private static final long serialVersionUID = 1L;

        private final long line;
        private final String problem;

        NotTextException(long line, Charset charset, byte first) {
            this.line = line;
            this.problem = String.format("byte 0x%02x is not %s", first & 0xff, charset.name());
        }

        long line() {
            return line;
        }

        @Override
        public String getMessage() {
            return problem;
        }
    }
}
