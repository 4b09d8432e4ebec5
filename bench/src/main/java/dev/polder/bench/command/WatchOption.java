package dev.polder.bench.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--watch`: a look at the engine while it is measured, as a picocli mixin.
public final class WatchOption {
    @Option(names = "--watch", description = "show on stderr what Polder does while it is measured; costs it a little")
    private boolean watch;

    /// Watches the engine that has the store open, or will have, if that was asked for.
    public @Nullable Watched over(Path store) {
        return watch ? new Watched(store) : null;
    }
}
