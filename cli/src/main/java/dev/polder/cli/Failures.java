package dev.polder.cli;

import dev.polder.errors.BackpressureException;
import dev.polder.errors.BudgetExceededException;
import dev.polder.errors.CommitUnknownException;
import dev.polder.errors.CorruptionException;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.NotAStoreException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.PoolExhaustedException;
import dev.polder.errors.SnapshotExpiredException;
import dev.polder.errors.StoreFailedException;
import dev.polder.errors.StoreLockedException;
import dev.polder.errors.UnsupportedFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/// What is said, and which exit status is returned, when a command ends in an exception. One place, so that the table
/// in `docs/cli.md` can be true. The switch has no default for [PolderException]: a new kind of it does not compile
/// here until someone decided its status.
final class Failures {
    private Failures() {}

    static int exit(Throwable failure) {
        return switch (failure) {
            case CommandFailure f -> f.exit();
            case PolderException f -> exit(f);
            case OutputException _, IOException _, UncheckedIOException _ -> Exit.IO;
            case IllegalArgumentException _ -> Exit.USAGE; // misuse: a key too long, a name that cannot be
            default -> Exit.MISTAKE;
        };
    }

    private static int exit(PolderException failure) {
        return switch (failure) {
            case CorruptionException _ -> Exit.NO;
            case NotAStoreException _,
                    StoreLockedException _,
                    UnsupportedFormatException _,
                    BudgetExceededException _,
                    PoolExhaustedException _,
                    SnapshotExpiredException _ -> Exit.REFUSED;
            case FileAccessException _,
                    OutOfSpaceException _,
                    BackpressureException _,
                    CommitUnknownException _,
                    StoreFailedException _ -> Exit.IO;
        };
    }

    /// The failure in one line.
    static String line(Throwable failure) {
        String text = switch (failure) {
            case CommandFailure f -> message(f);
            case PolderException f -> message(f);
            case OutputException f -> "standard output: " + message(f);
            case UncheckedIOException f -> files(Objects.requireNonNull(f.getCause()));
            case IOException f -> files(f);
            case IllegalArgumentException f -> message(f);
            case OutOfMemoryError _ ->
                "the Java heap (" + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MiB) is full; give it more with POLDER_HEAP=256m";
            default -> "a mistake of ours: " + failure + "; run it again with --debug and report what it prints";
        };
        return text.replace('\n', ' ').strip();
    }

    /// The JDK's file exceptions carry the name of the file and sometimes nothing else.
    private static String files(IOException failure) {
        return switch (failure) {
            case NoSuchFileException f -> "no such file: " + f.getFile();
            case AccessDeniedException f -> "permission denied: " + f.getFile();
            default -> message(failure);
        };
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
