package dev.polder.planted;

import static dev.polder.planted.Mutation.call;
import static dev.polder.planted.Mutation.constant;
import static dev.polder.planted.Mutation.field;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The scenes of [dev.polder.buffer.PoolInterleavings] in every order of their accesses to shared memory, sound and
/// with
/// bugs that only an unlucky order shows.
class PoolInterleavingsTest {
    private static final String SCENES = "buffer.PoolInterleavings";
    private static final Interleavings INTERLEAVINGS = new Interleavings(SCENES, PoolInterleavingsTest::stepped);

    @TestFactory
    Stream<DynamicTest> everyOrderIsSound() throws ClassNotFoundException {
        return INTERLEAVINGS.sound();
    }

    @TestFactory
    Stream<DynamicTest> aRaceThatIsPlantedIsFound() {
        return INTERLEAVINGS.found(
                new PlantedBug(
                        "an evicted frame keeps its version",
                        "buffer.FrameDescriptor.nextVersion",
                        constant(1 << 20).plus(-(1 << 20)),
                        SCENES + ".anOptimisticReaderNoticesThatItsFrameWasTaken"),
                new PlantedBug(
                        "a unit leaves the pool, and its frames keep their versions",
                        "buffer.FrameDescriptor.nextVersion",
                        constant(1 << 20).plus(-(1 << 20)),
                        SCENES + ".aUnitThatGoesToSomebodyElseIsNotBelieved"),
                new PlantedBug(
                        "a sight is believed whatever its frame holds by now",
                        "buffer.BufferPool.findSeen",
                        call("holds").giving(1),
                        SCENES + ".aSightShowsWhatWasSeenOrNothing"),
                new PlantedBug(
                        "a unit leaves the pool, and sights of it hold",
                        "buffer.FrameDescriptor.nextVersion",
                        constant(1 << 20).plus(-(1 << 20)),
                        SCENES + ".aSightOfAUnitThatLeftShowsNothing"),
                new PlantedBug(
                        "a frame is pinned whatever it holds by now",
                        "buffer.PinLedger.pin",
                        call("sameVersion").giving(1),
                        SCENES + ".aPinnedFrameStays"),
                new PlantedBug(
                        "a pinned frame is evicted",
                        "buffer.Residents.leave",
                        call("pins").giving(0),
                        SCENES + ".aPinnedFrameStays"),
                new PlantedBug(
                        "a pin is not counted before it is there",
                        "buffer.PinLedger.reserve",
                        call("incrementAndGet").giving(1),
                        SCENES + ".theLastPinIsGivenOnce"),
                new PlantedBug(
                        "a unit that the pool is being asked for is asked for again",
                        "memory.MemoryBudget.tryLeaseFree",
                        field("surrendering").plus(-1),
                        SCENES + ".theLastUnitsAreGivenOnce"));
    }

    private static boolean stepped(String name) {
        return name.startsWith("dev.polder.buffer.")
                || (name.startsWith("dev.polder.memory.") && !name.equals("dev.polder.memory.Memory"));
    }
}
