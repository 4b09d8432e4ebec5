package dev.polder.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Moves bytes with the JDK's own channels, where `PosixIo` cannot: on other systems, or without native access.
/// Buffered only: a file opened `direct` is not.
public final class PortableIo extends SystemIo {
    /// Open files: a rename must reach those that may have to reopen their channel by name.
    private final Set<PortableFile> open = ConcurrentHashMap.newKeySet();

    public PortableIo() {
        this(IoLimits.DEFAULT);
    }

    public PortableIo(IoLimits limits) {
        super(limits);
    }

    @Override
    public String name() {
        return "portable";
    }

    @Override
    public IoFile open(Path file, OpenMode mode) {
        return Interrupts.heldOff(() -> {
            PortableFile opened = new PortableFile(this, file, mode.write(), openChannel(file, mode));
            open.add(opened);
            return opened;
        });
    }

    static FileChannel openChannel(Path file, OpenMode mode) {
        refuseDirectory("open", file);
        try {
            if (!mode.write()) return FileChannel.open(file, StandardOpenOption.READ);
            if (!mode.create()) return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        } catch (IOException e) {
            throw NioFailures.of("open", file, 0, e);
        }
    }

    void closed(PortableFile file) {
        open.remove(file);
    }

    @Override
    public void rename(Path from, Path to) {
        refuseDirectory("rename", to);
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw NioFailures.of("rename", from, 0, e);
        }
        for (PortableFile file : open) file.renamed(from, to);
    }

    @Override
    public void delete(Path file) {
        refuseDirectory("delete", file);
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw NioFailures.of("delete", file, 0, e);
        }
    }

    /// Windows cannot open a directory; its file systems keep names in a journal of their own.
    @Override
    public void syncDirectory(Path directory) {
        requireDirectory("sync directory", directory);
        if (Platform.WINDOWS) return;
        Interrupts.heldOff(() -> {
            while (true) {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                    return directory;
                } catch (java.nio.channels.ClosedByInterruptException e) {
                    Interrupts.again();
                } catch (IOException e) {
                    throw NioFailures.of("sync directory", directory, 0, e);
                }
            }
        });
    }

    @Override
    public AutoCloseableLock lock(Path file) {
        return Interrupts.heldOff(() -> LockRegistry.take(file, false, PortableLock::take));
    }

    @Override
    public AutoCloseableLock lockShared(Path file) {
        return Interrupts.heldOff(() -> LockRegistry.take(file, true, PortableLock::take));
    }
}
