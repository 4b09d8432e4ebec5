package dev.polder.disk;

import dev.polder.errors.FileAccessException;
import dev.polder.io.Errno;
import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Tasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Which open files have a handle of the operating system: at most `handlesMax` of them, chosen by the clock
/// (second chance).
///
/// A handle in use is never closed, nor one with unsynced writes (a new handle may not be told of their failure),
/// nor one whose name is gone or means another file (it could not be opened again). If only such are left, there
/// are more than `handlesMax`. A process that may have fewer gets along with fewer: when the system has none left to
/// give, one of ours that is idle is closed for it.
///
/// **Threads.** `handles` guards the list and every opening and closing; using an open handle takes one
/// compare-and-set.
final class DiskFiles {
    private final IoEngine io;
    private final int handlesMax;
    private final Mutex handles;
    private final List<DiskFile> files = new ArrayList<>();
    private int hand;
    private int openHandles;
    private final LongAdder reopened = new LongAdder();

    DiskFiles(IoEngine io, Tasks tasks, int handlesMax) {
        this.io = io;
        this.handlesMax = handlesMax;
        this.handles = tasks.mutex("file handles");
    }

    /// Opens the first handle of a new file.
    void add(DiskFile file, IoEngine.OpenMode mode) {
        handles.lock();
        try {
            makeRoom();
            file.handleOpened(open(file.path(), mode));
            openHandles++;
            files.add(file);
        } finally {
            handles.unlock();
        }
    }

    /// Opens the handle of a known file again, unless somebody else did so meanwhile.
    void reopen(DiskFile file) {
        handles.lock();
        try {
            if (file.hasHandle() || file.isClosed()) return;
            makeRoom();
            file.handleOpened(open(file.path(), file.reopenMode()));
            openHandles++;
            reopened.increment();
        } finally {
            handles.unlock();
        }
    }

    /// The file is closed and nobody uses it any more.
    void remove(DiskFile file) {
        handles.lock();
        try {
            if (!files.remove(file)) return;
            IoFile handle = file.takeHandle();
            if (handle != null) {
                openHandles--;
                handle.close();
            }
        } finally {
            handles.unlock();
        }
    }

    void closeAll() {
        List<DiskFile> open;
        handles.lock();
        try {
            open = List.copyOf(files);
        } finally {
            handles.unlock();
        }
        for (DiskFile file : open) file.close();
    }

    /// Open files of this name keep their handles from now on: the name is about to go, or to mean another file.
    void unlink(Path path, Runnable change) {
        handles.lock();
        try {
            keepHandles(path);
            change.run();
        } finally {
            handles.unlock();
        }
    }

    void rename(Path from, Path to, Runnable change) {
        handles.lock();
        try {
            keepHandles(to);
            change.run();
            for (DiskFile file : files) if (file.path().equals(from)) file.renamed(to);
        } finally {
            handles.unlock();
        }
    }

    private void keepHandles(Path path) {
        for (DiskFile file : files) {
            if (!file.path().equals(path) || file.isUnlinked()) continue;
            if (!file.hasHandle()) {
                file.handleOpened(open(path, file.reopenMode()));
                openHandles++;
            }
            file.unlinked();
        }
    }

    private IoFile open(Path path, IoEngine.OpenMode mode) {
        while (true) {
            try {
                return io.open(path, mode);
            } catch (FileAccessException e) {
                if (!isShortOfHandles(e) || !closeIdle()) throw e;
            }
        }
    }

    static boolean isShortOfHandles(FileAccessException e) {
        return e.errno() == Errno.EMFILE || e.errno() == Errno.ENFILE;
    }

    /// Closes a handle that is idle, for a call that needs one and got none from the system.
    ///
    /// @return whether there was one
    boolean giveBack() {
        if (handles.heldByCurrentTask()) return false;
        handles.lock();
        try {
            return closeIdle();
        } finally {
            handles.unlock();
        }
    }

    private void makeRoom() {
        while (openHandles >= handlesMax && closeIdle()) {} // one more is closed each time
    }

    /// Two rounds of the clock: the first takes the second chances away, the second finds a victim if there is
    /// any.
    private boolean closeIdle() {
        for (int looks = 2 * files.size(); looks > 0; looks--) {
            if (hand >= files.size()) hand = 0;
            DiskFile candidate = files.get(hand++);
            if (!candidate.hasHandle() || candidate.takeSecondChance()) continue;
            IoFile handle = candidate.evictHandle();
            if (handle == null) continue;
            openHandles--;
            handle.close();
            return true;
        }
        return false;
    }

    int count() {
        handles.lock();
        try {
            return files.size();
        } finally {
            handles.unlock();
        }
    }

    int openHandles() {
        handles.lock();
        try {
            return openHandles;
        } finally {
            handles.unlock();
        }
    }

    long reopened() {
        return reopened.sum();
    }
}
