package dev.polder.store;

import dev.polder.log.EpochRange;
import dev.polder.run.Section;

/// One thing that a manifest edit changes. An edit is a list of these, applied all or not at all.
sealed interface ManifestChange {
    /// Who the store is; the first change of every roll.
    record Identity(long storeIdHigh, long storeIdLow, boolean logged) implements ManifestChange {}

    /// Everything up to this sequence is in runs; recovery skips it in the log.
    record Flushed(long sequence) implements ManifestChange {}

    /// File and space ids are handed out only below these durable marks, so that none is ever used twice.
    record HighWater(long fileIds, int spaceIds) implements ManifestChange {}

    /// What is known of one epoch of the log: it began, it ended, or less of it is needed.
    record EpochSet(EpochRange range) implements ManifestChange {}

    /// Nothing of this epoch of the log is needed any more.
    record EpochForget(long epoch) implements ManifestChange {}

    record SpaceCreate(int spaceId, String name) implements ManifestChange {}

    /// Drops the space and every run of it.
    record SpaceDrop(int spaceId) implements ManifestChange {}

    /// @param sections how many the file was written with, whether or not each is still a run: a run that is alone in
    ///                 its file can change its level by an edit
    record FileAdd(long fileId, long bytes, int sections) implements ManifestChange {}

    record FileDrop(long fileId) implements ManifestChange {}

    record RunAdd(int level, long fileId, Section section) implements ManifestChange {}

    record RunRemove(int spaceId, int level, long fileId) implements ManifestChange {}
}
