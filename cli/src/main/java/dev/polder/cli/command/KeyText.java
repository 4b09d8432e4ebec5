package dev.polder.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import picocli.CommandLine.Option;

/// How keys are typed and shown: as UTF-8 text, or with `--hex` as hexadecimal digits.
public final class KeyText {
    @Option(names = "--hex", description = "keys are typed and shown in hexadecimal digits, as in 0a1b or 0x0a1b")
    boolean hex;

    byte[] bytes(String text) {
        if (hex) return hexBytes(text);
        if (text.indexOf('\ufffd') >= 0) {
            throw CommandFailure.usage("the key '" + text + "' did not arrive whole: the locale "
                    + System.getProperty("native.encoding") + " cannot express it; set LC_ALL=C.UTF-8, or use --hex");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hexBytes(String text) {
        String digits = text.toLowerCase(Locale.ROOT).startsWith("0x") ? text.substring(2) : text;
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException _) {
            throw CommandFailure.usage(
                    "'" + text + "' is not hexadecimal: with --hex write two digits per byte, as in 0a1b");
        }
    }

    String shown(byte[] key) {
        return hex ? Printable.hex(key) : Printable.of(key);
    }

    void write(JsonGenerator json, byte[] key) throws IOException {
        if (hex) Json.hex(json, "key", key);
        else Json.bytes(json, "key", key);
    }
}
