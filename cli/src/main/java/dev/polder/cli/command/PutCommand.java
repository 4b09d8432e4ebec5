package dev.polder.cli.command;

import dev.polder.KeyValues;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "put",
        description = {
            "Store a value under a key.",
            "It is on the device when the command returns. Creates the store and the space if they are not there."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder put data --space notes monday 'buy milk'",
            "  polder put data --space files logo.png --value-file logo.png",
            "  echo 'from a pipe' | polder put data --space notes tuesday --value-file -"
        })
public final class PutCommand implements Callable<Integer> {
    /// Above every store's limit: the store refuses what is too large, this only bounds what is read before
    /// it can.
    private static final int VALUE_BYTES_MAX = 16 << 20;

    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Option(
            names = {"-s", "--space"},
            paramLabel = "NAME",
            required = true,
            description = "the space")
    String space = "";

    @Mixin
    KeyText keys = new KeyText();

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    String key = "";

    @Parameters(index = "2", arity = "0..1", paramLabel = "VALUE", description = "the value")
    @Nullable
    String value;

    @Option(
            names = "--value-file",
            paramLabel = "FILE",
            description = "the file that holds the value; - is standard input")
    @Nullable
    String valueFile;

    public PutCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        byte[] name = keys.bytes(key);
        byte[] bytes = value();
        try (Opened opened = at.toWrite(console)) {
            KeyValues in = SpaceChoice.existingOrNew(opened.store(), space, console);
            in.put(name, bytes);
            if (at.common.json) {
                Json.line(console.out(), json -> {
                    keys.write(json, name);
                    json.writeNumberField("valueBytes", bytes.length);
                });
            }
        }
        return Exit.OK;
    }

    private byte[] value() throws IOException {
        if ((value == null) == (valueFile == null)) {
            throw CommandFailure.usage("say the value once: as VALUE after the key, or with --value-file FILE");
        }
        if (value != null) {
            if (value.indexOf('\ufffd') >= 0) {
                throw CommandFailure.usage("the value did not arrive whole: the locale "
                        + System.getProperty("native.encoding")
                        + " cannot express it; set LC_ALL=C.UTF-8, or use --value-file");
            }
            return value.getBytes(StandardCharsets.UTF_8);
        }
        if ("-".equals(valueFile)) return bounded(console.in());
        try (InputStream in = Files.newInputStream(Path.of(String.valueOf(valueFile)))) {
            return bounded(in);
        }
    }

    private static byte[] bounded(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(VALUE_BYTES_MAX + 1);
        if (bytes.length > VALUE_BYTES_MAX) throw CommandFailure.usage("the value is larger than 16 MiB");
        return bytes;
    }
}
