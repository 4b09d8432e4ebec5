package dev.polder.planted;

import static dev.polder.planted.Mutation.call;
import static dev.polder.planted.Mutation.constant;
import static dev.polder.planted.Mutation.field;
import static dev.polder.planted.Mutation.returning;

import java.util.ArrayList;
import java.util.List;

/// The bugs, and for each the check that must catch it. Where that is a test of the project itself the test is named;
/// the checks beside this are compact forms of the larger ones.
final class PlantedBugs {
    private final List<PlantedBug> bugs = new ArrayList<>();

    static List<PlantedBug> all() {
        PlantedBugs all = new PlantedBugs();
        all.ofTheDisk();
        all.ofTheLog();
        all.ofTheManifest();
        all.ofCommitsAndRecovery();
        all.ofMerges();
        all.ofMergesThatFail();
        all.ofLargeBatches();
        all.ofReaders();
        all.ofRuns();
        return List.copyOf(all.bugs);
    }

    private void plant(String what, String target, Mutation mutation, String check) {
        bugs.add(new PlantedBug(what, target, mutation, check));
    }

    private static final String CRASH = "planted.CrashChecks.";
    private static final String READS = "planted.ModelChecks.reads";

    private void ofTheDisk() {
        plant(
                "a short write is taken for a whole one",
                "disk.DiskFile.writeOn",
                call("write").thenNoJump().skipping(1),
                "planted.ModelChecks.readsOnADisturbedDevice");
        plant(
                "a sync that a signal interrupted is taken for done",
                "disk.DiskFile.syncOnce",
                call("increment").thenReturn(),
                CRASH + "disturbedCallsAreLost");
        plant(
                "a write that a signal interrupted is taken for done",
                "disk.DiskFile.writeOn",
                call("retryAfter").thenReturn(),
                CRASH + "disturbedCallsAreLost");
        plant(
                "a failed sync does not poison the file",
                "disk.DiskFile.syncOnce",
                call("poison").dropped(),
                "disk.DiskTest.afterAFailedSyncNothingIsWrittenAgain");
        plant(
                "a failed sync is tried again, and the second one believed",
                "disk.DiskFile.syncOnce",
                call("isTransient").giving(1),
                "planted.FaultChecks.aSyncFails");
        plant(
                "a file is finished before its last writes have ended",
                "disk.WriteBehind.finish",
                call("await").dropped(),
                "disk.WriteBehindTest.theFailureOfTheLastWriteIsTold");
        plant(
                "a window is filled again while it is being written",
                "disk.WriteBehind.nextWindow",
                call("await").dropped(),
                "disk.WriteBehindTest.afterAFailureAndACloseTheFileCanBeDeletedAndTheMemoryUsed");
        plant(
                "a failed write of a batch does not poison its file",
                "disk.DiskBatch.fail",
                call("failedWrite").dropped(),
                "disk.WriteBehindTest.afterAFailureTheFileRefuses");
        plant(
                "what could not be read ahead is taken for read",
                "disk.StretchesAhead.collect",
                call("bytesRead").giving(1 << 20),
                "run.RunsSourceTest.aReadAheadThatFailsOnceIsNobodysFailure");
    }

    private void ofTheLog() {
        plant(
                "the segments of the log are not synced",
                "log.LogWriter.sync(LogSegment)",
                call("sync").dropped(),
                CRASH + "unsyncedIsLost");
        plant(
                "the name of a new segment is not made durable",
                "log.SegmentMaker.makeOf",
                call("syncDirectory").dropped(),
                CRASH + "unsyncedIsLost");
        plant(
                "the header of a new segment is not synced",
                "log.SegmentMaker.makeOf",
                call("sync").dropped(),
                "log.LogWriteDisciplineTest.aSegmentIsDurableBeforeItsFirstGroup");
        plant(
                "a sync does not end the block: acknowledged bytes are written again",
                "log.LogWriter.padForSync",
                call("roundUpToBlock").passedThrough(),
                CRASH + "blocksAreGarbage");
        plant(
                "the log goes on after a failed sync",
                "log.LogWriter.sync(LogSegment)",
                call("fail").dropped(),
                "log.LogFaultTest.afterAFailedSyncNothingIsSyncedAgain");
        plant(
                "a sync leaves out the segment in which the last one ended",
                "log.SegmentShelf.pin",
                call("segment").plus(1),
                CRASH + "whatWasAcknowledgedTogetherIsThere");
        plant(
                "a commit that a full device cut short is reported as refused",
                "log.LogWriter.isHarmless",
                returning(1),
                "log.LogFaultTest.aGroupCutShortByAFullDeviceIsUnknown");
        plant(
                "a full device ends the log",
                "log.LogWriter.isHarmless",
                returning(0),
                "log.LogFaultTest.aFullDeviceThatRefusesAnOverwriteRefusesTheCommitOnly");
        plant(
                "the checksum of a group is not compared",
                "log.SegmentReader.findGroup",
                call("checksum").thenJump(),
                "log.LogDamageTest.everyDamagedByteIsFoundOrDoesNotMatter");
        plant(
                "the checksum of a group leaves out the epoch",
                "log.GroupChecksum.segment",
                call("putLong").nth(3).withLastArgumentZero(),
                "log.LogTrapTest.aGroupOfAnotherSegmentEpochOrStoreIsNotValidHere");
        plant(
                "a hole in the log is its end, whatever later groups prove",
                "log.LogTail.whyNotTheEnd",
                call("syncedLsn").thenJump(),
                "log.LogTrapTest.aHoleBeforeAGroupThatProvesASyncIsCorruption");
        plant(
                "a hole in the log is its end, whatever the manifest proves",
                "log.LogTail.whyNotTheEnd",
                call("lsn").nth(3).thenJump(),
                "log.LogTrapTest.theManifestMayBeTheProof");
        plant(
                "any valid group is the next, whatever its sequence",
                "log.LogReader.findNext",
                field("firstSequence").nth(2).thenNoJump(),
                "log.LogTrapTest.aLostGroupBeforeThePaddingOfASyncIsTheEnd");
        plant(
                "groups name a manifest edit that recovery does not compare",
                "log.LogReader.checkManifestEdit",
                returning(0),
                "log.LogTrapTest.aManifestOlderThanTheLogIsRefused");
        plant(
                "a missing segment is not missed",
                "log.EpochSegments.checkNumbers",
                returning(0),
                "log.LogTrapTest.aMissingSegmentIsNamed");
        plant(
                "segments are recycled before the manifest lets them go",
                "log.SegmentShelf.takeUpTo",
                field("neededFrom").thenJump(),
                CRASH + "processIsKilledWithALongLog");
        plant(
                "segments are never let go",
                "log.SegmentShelf.takeUpTo",
                field("lastSequence").thenJump(),
                "log.LogRoundTripTest.segmentsAreUsedAgainOnceReleased");
        plant(
                "epochs are held for ever, a segment for each short session",
                "store.Recovery.replay(StoreCore)",
                call("mergeReplayed").dropped(),
                "testkit.ShortSessionsTest.soDoSessionsThatAreKilled");
        plant(
                "epochs are forgotten while their commits are in no run",
                "log.SegmentShelf.epochsAfter",
                call("lastSequence").thenNoJump(),
                CRASH + "processIsKilled");
    }

    private void ofTheManifest() {
        plant(
                "an edit is not synced",
                "store.Manifest.write(DiskFile,byte[])",
                call("sync").dropped(),
                CRASH + "unsyncedIsLost");
        plant(
                "a new roll is not synced",
                "store.Manifest.rollOver",
                call("sync").dropped(),
                CRASH + "unsyncedIsLost");
        plant(
                "the names of a new roll are not made durable before the old one goes",
                "store.Manifest.rollOver",
                call("syncDirectory").dropped(),
                CRASH + "unsyncedIsTorn");
        plant(
                "edits go to the first copy only",
                "store.Manifest.openCopies",
                call("of").withFirstArgumentTwice(),
                "planted.DamageChecks.damagedCopiesOfTheManifest");
        plant(
                "the checksum of an edit is not compared",
                "store.Manifest$Chain.edits",
                call("crc").thenNoJump(),
                "planted.DamageChecks.damagedCopiesOfTheManifest");
        plant(
                "an edit need not follow the one before it",
                "store.Manifest$Chain.edits",
                call("getInt").nth(4).thenJump(),
                "planted.DamageChecks.anEditOfAnotherManifest");
        plant(
                "the flushed sequence is one too high",
                "store.Merger.publish",
                call("lastSequence").plus(1),
                CRASH + "processIsKilled");
        plant(
                "the files of a merge that never was are not deleted",
                "store.Recovery.deleteOrphans",
                returning(0),
                CRASH + "processIsKilled");
        plant(
                "the ids of files are not reserved far enough",
                "store.Catalog.newFileId",
                constant(64).plus(-64),
                "planted.ModelChecks.snapshots");
        plant(
                "a drop leaves the runs of the space",
                "store.ManifestState.apply(ManifestChange)",
                call("remove").nth(3).dropped(),
                READS);
        plant(
                "the runs of a dropped space leave their files",
                "store.Catalog.dropSpace",
                call("retireFiles").dropped(),
                "planted.ModelChecks.droppedFilesGo");
        plant(
                "a drop leaves the files of the space to whoever works next",
                "store.Catalog.dropSpace",
                call("requestMerge").dropped(),
                "planted.ModelChecks.droppedFilesGo");
    }

    private void ofCommitsAndRecovery() {
        plant(
                "a SYNCED commit is acknowledged before its sync",
                "store.Committer.commit",
                call("awaitSynced").dropped(),
                CRASH + "unsyncedIsLost");
        plant(
                "readers see SYNCED commits before their sync",
                "store.Committer.publish",
                call("min").giving(Long.MAX_VALUE),
                CRASH + "nobodySeesWhatThePowerCanTake");
        plant(
                "a generation counts no operations, so that nothing is ever merged",
                "generation.Generation.apply",
                constant(1).plus(-1),
                READS);
        plant(
                "sequences go on one too low after recovery",
                "store.Recovery.replay(StoreCore)",
                call("max").plus(-1),
                READS);
        plant(
                "what was replayed is not synced before it is relied on",
                "store.Recovery.begin",
                call("sync").dropped(),
                CRASH + "recoveredIsDurable");
        plant(
                "a SYNCED commit is shown while it waits for a sync",
                "store.Committer.commit",
                call("min").giving(Long.MAX_VALUE),
                CRASH + "nobodySeesWhatThePowerCanTake");
        plant(
                "a drop or a new space does not make durable what came before",
                "store.Catalog.makePrefixDurable",
                returning(0),
                CRASH + "unsyncedIsLost");
        plant(
                "a clean close does not sync the log",
                "store.Recovery.closeCleanly",
                call("sync").dropped(),
                CRASH + "unsyncedIsLost");
    }

    private void ofMerges() {
        plant(
                "a merge loses the last entry of a generation",
                "run.GenerationSource.next",
                call("next").giving(0),
                READS);
        plant(
                "the file of a merge is not synced",
                "store.Merger.write(List,Stretch,BlockKeeper)",
                call("sync").dropped(),
                CRASH + "unsyncedIsLost");
        plant(
                "the file of a compaction is not synced",
                "store.Compactor$Outputs.end",
                call("sync").dropped(),
                CRASH + "unsyncedIsLost");
        plant(
                "the name of a merge's file is not made durable",
                "store.Merger.write(List,Stretch,BlockKeeper)",
                call("syncDirectory").dropped(),
                CRASH + "unsyncedIsLost");
        plant("merges do not know of snapshots", "run.MergeRules.seen", returning(0), "planted.ModelChecks.snapshots");
        plant(
                "sequences are zeroed though a snapshot lies below",
                "run.MergeRules.written",
                field("snapshots").thenNoJump(),
                "planted.ModelChecks.snapshots");
        plant(
                "a merge into level 0 drops deletes as if it were at the bottom",
                "store.Merger.section",
                constant(0).nth(1).plus(1),
                READS);
        plant(
                "every compaction drops deletes as if it were at the bottom",
                "run.LevelPicker.bottom",
                returning(1),
                READS);
        plant(
                "a run that overlaps in its first key only is left out of a compaction",
                "run.LevelPicker.overlapping",
                call("compare").nth(2).plus(1),
                "planted.ModelChecks.snapshots");
        plant(
                "runs of level 0 are sorted oldest first",
                "store.ManifestState.lambda$add$*(RunEntry,RunEntry)",
                call("compare").nth(2).withArgumentsSwapped(),
                READS);
        plant(
                "blocks are merged without a look at their checksums",
                "run.BlockWindow.decode",
                field("crc").thenJump(),
                "planted.DamageChecks.flippedBitsOfRuns");
    }

    private void ofMergesThatFail() {
        plant(
                "a merge that failed is not tried again",
                "store.Merger.step",
                call("nanoTime").thenNoJump().skipping(1),
                "planted.FaultChecks.theDeviceIsFull");
    }

    private void ofLargeBatches() {
        plant(
                "the file of a large batch is not synced",
                "store.Spills.write(DiskFile,byte[],BatchOrder,List)",
                call("sync").dropped(),
                CRASH + "largeBatches");
        plant(
                "the name of a large batch's file is not made durable",
                "store.Spills.write(DiskFile,byte[],BatchOrder,List)",
                call("syncDirectory").dropped(),
                CRASH + "largeBatches");
        plant(
                "what came before a large batch is not all merged first",
                "store.Merger.publishSpilled",
                call("sealForMerge").nth(2).dropped(),
                CRASH + "largeBatches");
        plant(
                "a large batch is not noted in the log",
                "store.Committer.endSpilled",
                call("append").dropped(),
                CRASH + "largeBatches");
        plant(
                "merges take the sequences of a large batch as they are in its blocks",
                "run.RunScanner.sequence",
                call("baseSequence").giving(0),
                CRASH + "largeBatches");
    }

    private void ofReaders() {
        plant(
                "what was retired is released at once",
                "store.ReadSlots.passed",
                returning(1),
                "planted.ReaderChecks.mergedGenerationsWaitForReaders");
        plant(
                "the epoch that is waited for is one too low",
                "store.ReadSlots.advance",
                call("incrementAndGet").plus(-1),
                "planted.ReaderChecks.mergedGenerationsWaitForReaders");
        plant(
                "files are deleted while readers are inside",
                "store.ReadSlots.passed",
                returning(1),
                "planted.ReaderChecks.replacedFilesWaitForReaders");
        plant(
                "a reader is not seen to be inside",
                "store.ReadSlots.enter",
                call("compareAndSet").giving(1),
                "planted.ReaderChecks.mergedGenerationsWaitForReaders");
        plant(
                "optimistic reads are believed unchecked",
                "buffer.FrameRef.valid",
                returning(1),
                "planted.ReaderChecks.evictionIsNoticed");
        plant("a cursor shows what was deleted", "kv.Source$OfRuns.isDelete", returning(0), READS);
        plant(
                "a cursor sees what was committed after it was opened",
                "kv.KeyValueCursor.forward",
                call("sequence").thenJump(),
                "planted.ModelChecks.snapshots");
        plant(
                "a look-up takes the run before the right one",
                "run.Levels.firstEndingAtOrAfter",
                call("compareLastKey").plus(1),
                READS);
        plant(
                "going back begins a run too early",
                "run.Levels.lastBeginningBefore",
                call("compareFirstKey").plus(1),
                READS);
        plant(
                "going back begins an entry too late",
                "run.RunCursor.seekBefore",
                call("previous").giving(1),
                READS);
    }

    private void ofRuns() {
        plant(
                "the checksum of a block is not compared",
                "block.BlockLoader.locateSlowly",
                call("verify").dropped(),
                "planted.DamageChecks.flippedBitsOfRuns");
        plant(
                "the checksum of a block that is read ahead is not compared",
                "block.BlockBatch.decode",
                call("verify").dropped(),
                "planted.DamageChecks.flippedBitsOfRuns");
        plant(
                "who waits for a block that another reads is not woken",
                "block.StagingSlots.end",
                call("signalAll").dropped(),
                "EveryFramePinnedTest.nobodyWaitsForEver");
        plant(
                "a filter forgets every sixth bit of a key",
                "run.FilterBlock.build",
                constant(6).plus(-1),
                READS);
        plant(
                "the search in a block ends an entry too early",
                "run.DataBlock.searchEqual",
                call("compareEqualHead").plus(1),
                "planted.ModelChecks.snapshots");
        plant(
                "a cursor ends at the first block, or goes beyond the last",
                "run.RunCursor.hasChild",
                field("children").thenNegated(),
                READS);
    }
}
