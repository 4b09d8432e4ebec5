package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.log.LogFixture.Group;
import dev.polder.testkit.SimulatedIo;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// The bytes of a small log, as they must be for ever: format 1 is read by every later version. See
/// `docs/format-log.md`.
class LogFormatGoldenTest {
    @Test
    void formatOne() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io, new LogConfig(16 << 10, 16 << 10, 0));
        try (LogWriter writer = fixture.open()) {
            fixture.append(writer, new Group(1, 1, "first".getBytes(StandardCharsets.US_ASCII)));
            LogFixture.sync(writer);
            fixture.append(writer, new Group(2, 3, "second, of three".getBytes(StandardCharsets.US_ASCII)));
            fixture.append(writer, new Group(5, 1, new byte[0]));
        }
        assertThat(dump(io.bytes(LogFixture.segment(1)))).isEqualTo("""
                000000  50 4f 4c 44 52 4c 4f 47 01 00 00 00 00 00 00 00  POLDRLOG........
                000010  ef cd ab 89 67 45 23 01 88 77 66 55 44 33 22 11  ....gE#..wfUD3".
                000020  01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00  ................
                000030  00 40 00 00 00 00 00 00 00 00 00 00 23 fd c3 38  .@..........#..8
                001000  50 47 52 50 a3 24 1c 86 00 10 00 00 00 00 00 00  PGRP.$..........
                001010  05 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00  ................
                001020  01 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00  ................
                001040  66 69 72 73 74 00 00 00 00 00 00 00 00 00 00 00  first...........
                002000  50 47 52 50 39 01 8c bc 00 20 00 00 00 00 00 00  PGRP9.... ......
                002010  10 00 00 00 03 00 00 00 02 00 00 00 00 00 00 00  ................
                002020  01 00 00 00 00 00 00 00 48 10 00 00 01 00 00 00  ........H.......
                002040  73 65 63 6f 6e 64 2c 20 6f 66 20 74 68 72 65 65  second, of three
                002050  50 47 52 50 0b 18 8f 25 50 20 00 00 00 00 00 00  PGRP...%P ......
                002060  00 00 00 00 01 00 00 00 05 00 00 00 00 00 00 00  ................
                002070  01 00 00 00 00 00 00 00 48 10 00 00 01 00 00 00  ........H.......
                004000
                """);
    }

    /// Sixteen bytes a line; lines of zeros are left out.
    private static String dump(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < bytes.length; line += 16) {
            StringBuilder hex = new StringBuilder();
            StringBuilder ascii = new StringBuilder();
            boolean zero = true;
            for (int i = line; i < line + 16; i++) {
                zero &= bytes[i] == 0;
                hex.append("%02x ".formatted(bytes[i]));
                ascii.append(bytes[i] >= 32 && bytes[i] < 127 ? (char) bytes[i] : '.');
            }
            if (!zero) text.append("%06x  %s %s\n".formatted(line, hex, ascii));
        }
        return text.append("%06x\n".formatted(bytes.length)).toString();
    }
}
