package dev.polder.store;

import dev.polder.run.Section;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A batch on its way into the store: a run file, written and synced, which no edit names yet.
///
///     Waiting ──the merger takes it──▶ Taken ──▶ Published
///        └── the store closes or fails      └──▶ Refused, with a failure or because a space is gone
///
/// The states are guarded by the mutex of [Spills].
final class SpilledBatch {
    final long fileId;
    final long fileBytes;

    /// By space; with sequences from 0 ([Section#basedOn]).
    final List<Section> sections;

    /// Where the encoded note for the log lies; 0 without a log.
    final long note;

    private boolean taken;
    private boolean settled;
    private volatile boolean editBegun;
    private volatile long sequence;
    private volatile int droppedSpace = -1;
    private @Nullable Throwable failure;

    SpilledBatch(long fileId, long fileBytes, List<Section> sections, long note) {
        this.fileId = fileId;
        this.fileBytes = fileBytes;
        this.sections = List.copyOf(sections);
        this.note = note;
    }

    boolean taken() {
        return taken;
    }

    void take() {
        taken = true;
    }

    boolean settled() {
        return settled;
    }

    void settle(@Nullable Throwable why) {
        failure = why;
        settled = true;
    }

    /// Why it was refused, if something failed.
    @Nullable
    Throwable failure() {
        return failure;
    }

    /// The edit that names it is about to be written: if that fails the store fails, and the next open decides.
    void beginEdit() {
        editBegun = true;
    }

    boolean editBegun() {
        return editBegun;
    }

    /// The edit is durable, and what it says installed.
    void published(long as) {
        sequence = as;
    }

    /// Its sequence, or 0 while it is not published.
    long sequence() {
        return sequence;
    }

    /// Whether all its spaces are still there; otherwise [#droppedSpace] is one that is not.
    boolean fits(ManifestState state) {
        for (Section section : sections) {
            if (!state.spaces.containsKey(section.spaceId())) droppedSpace = section.spaceId();
        }
        return droppedSpace < 0;
    }

    int droppedSpace() {
        return droppedSpace;
    }

    /// What an edit says to make it part of the store.
    void addTo(List<ManifestChange> changes, long as) {
        changes.add(new ManifestChange.FileAdd(fileId, fileBytes, sections.size()));
        for (Section section : sections) changes.add(new ManifestChange.RunAdd(0, fileId, section.basedOn(as)));
    }
}
