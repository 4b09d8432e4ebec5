package dev.polder.planted;

import static dev.polder.planted.Mutation.call;
import static dev.polder.planted.Mutation.constant;
import static dev.polder.planted.Mutation.field;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The scenes of [dev.polder.buffer.PoolInterleavings] in every order of their accesses to shared memory, sound and
/// with bugs that only an unlucky order shows.
class InterleavingsTest {
    private static final String SCENES = "buffer.PoolInterleavings";

    @TestFactory
    Stream<DynamicTest> everyOrderIsSound() throws ClassNotFoundException {
        MutantLoader sound = new MutantLoader(null, InterleavingsTest::stepped);
        return Arrays.stream(sound.loadClass("dev.polder." + SCENES).getDeclaredMethods())
                .filter(method -> java.lang.reflect.Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .sorted()
                .map(scene -> DynamicTest.dynamicTest(scene, () -> {
                    Throwable failure = Trial.run(sound, SCENES + "." + scene);
                    if (failure != null) throw new AssertionError(scene, failure);
                }));
    }

    @TestFactory
    Stream<DynamicTest> aRaceThatIsPlantedIsFound() {
        return Stream.of(
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
                                SCENES + ".theLastUnitsAreGivenOnce"))
                .map(bug -> DynamicTest.dynamicTest(bug.what(), () -> isFound(bug)));
    }

    private static boolean stepped(String name) {
        return name.startsWith("dev.polder.buffer.")
                || (name.startsWith("dev.polder.memory.") && !name.equals("dev.polder.memory.Memory"));
    }

    private static void isFound(PlantedBug bug) throws InterruptedException {
        Throwable failure = Trial.run(new MutantLoader(bug, InterleavingsTest::stepped), bug.check());
        if (failure == null) fail(bug.check() + " passes with a bug in " + bug.target() + ": " + bug.what());
        if (Trial.isBrokenWorld(failure)) throw new AssertionError("the planted bug makes no valid class", failure);
        System.out.printf("interleaved: %s | %s%n", bug.what(), Trial.describe(failure));
    }
}
