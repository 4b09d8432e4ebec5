package dev.polder.cli.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Bytes for human eyes: UTF-8 as text, anything else as `0x` and hexadecimal digits.
///
/// Control characters are escaped, so that a stored value can neither move the cursor nor end the line; so are the
/// marks that reorder text on screen. A backslash stays as it is: this is for reading; what must be read back is
/// asked for with `--json`, `--hex` or `--raw`.
public final class Printable {
    private static final HexFormat HEX = HexFormat.of();

    private Printable() {}

    public static String of(byte[] bytes) {
        String text = textOrNull(bytes);
        return text == null ? "0x" + hex(bytes) : escaped(text);
    }

    public static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    /// The text these bytes encode, or null if they are not UTF-8.
    public static @Nullable String textOrNull(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            return null;
        }
    }

    public static String escaped(String text) {
        int at = 0;
        while (at < text.length() && harmless(text.charAt(at))) at++;
        if (at == text.length()) return text;

        StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, at);
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (harmless(c)) out.append(c);
                    else out.append(String.format("\\u%04x", (int) c));
                }
            }
        }
        return out.toString();
    }

    private static boolean harmless(char c) {
        if (c >= ' ' && c < 0x7f) return true;
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            case Character.FORMAT -> !reordersText(c);
            default -> true;
        };
    }

    /// The bidirectional controls; other format characters, such as the joiners inside emoji, are harmless.
    private static boolean reordersText(char c) {
        return c == '\u061c'
                || c == '\u200e'
                || c == '\u200f'
                || (c >= '\u202a' && c <= '\u202e')
                || (c >= '\u2066' && c <= '\u2069');
    }
}
