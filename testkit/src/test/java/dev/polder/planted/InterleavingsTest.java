package dev.polder.planted;

import static dev.polder.planted.Mutation.call;
import static dev.polder.planted.Mutation.constant;
import static dev.polder.planted.Mutation.field;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The scenes of [dev.polder.buffer.PoolInterleavings] and [dev.polder.generation.GenerationInterleavings] in every
/// order of their accesses to shared memory, and those of [dev.polder.block.LoaderInterleavings] in every order of
/// their
/// locks and transfers, sound and with bugs that only an unlucky order shows.
class InterleavingsTest {
    /// The explorer itself finds that nobody can go on, or that there is no end; this is for a busy machine.
    private static final int WATCHDOG_SECONDS = Integer.getInteger("polder.watchdogSeconds", 600);

    private static final String SCENES = "buffer.PoolInterleavings";
    private static final String OF_GENERATIONS = "generation.GenerationInterleavings";
    private static final String OF_THE_LOADER = "block.LoaderInterleavings";

    @TestFactory
    Stream<DynamicTest> everyOrderIsSound() throws ClassNotFoundException {
        return sound(SCENES, InterleavingsTest::stepped);
    }

    @TestFactory
    Stream<DynamicTest> everyOrderOfGenerationsIsSound() throws ClassNotFoundException {
        return sound(OF_GENERATIONS, InterleavingsTest::ofGenerations);
    }

    @TestFactory
    Stream<DynamicTest> everyOrderOfTheLoaderIsSound() throws ClassNotFoundException {
        return sound(OF_THE_LOADER, _ -> false);
    }

    private static Stream<DynamicTest> sound(String scenes, Predicate<String> stepped) throws ClassNotFoundException {
        MutantLoader sound = new MutantLoader(null, stepped);
        return Arrays.stream(sound.loadClass("dev.polder." + scenes).getDeclaredMethods())
                .filter(method -> java.lang.reflect.Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .sorted()
                .map(scene -> DynamicTest.dynamicTest(scene, () -> {
                    Throwable failure = Trial.run(sound, scenes + "." + scene, WATCHDOG_SECONDS);
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
                .map(bug -> DynamicTest.dynamicTest(bug.what(), () -> isFound(bug, InterleavingsTest::stepped)));
    }

    @TestFactory
    Stream<DynamicTest> soIsOneInAGeneration() {
        return Stream.of(
                        new PlantedBug(
                                "a key that was linked meanwhile is taken for one before it",
                                "generation.RadixIndex.seekBefore",
                                call("compareKeys").giving(-1),
                                OF_GENERATIONS + ".aTrieIsAskedForTheKeyBefore"),
                        new PlantedBug(
                                "an entry that was linked meanwhile is not passed",
                                "generation.SkipListIndex.seek",
                                call("isBefore").giving(0),
                                OF_GENERATIONS + ".aSkipListIsAskedForTheNextKey"))
                .map(bug -> DynamicTest.dynamicTest(bug.what(), () -> isFound(bug, InterleavingsTest::ofGenerations)));
    }

    @TestFactory
    Stream<DynamicTest> soIsOneInTheLoader() {
        return Stream.of(
                        new PlantedBug(
                                "a multi-get waits for what others are loading while it holds a slot",
                                "block.BlockGather.next",
                                constant(0).nth(2).plus(1),
                                OF_THE_LOADER + ".eachWantsWhatTheOtherIsReading"),
                        new PlantedBug(
                                "a multi-get waits for a slot while it holds one",
                                "block.BlockGather.startAll",
                                constant(0).plus(1),
                                OF_THE_LOADER + ".eachWantsWhatTheOtherIsReading"),
                        new PlantedBug(
                                "blocks that others are loading are forgotten",
                                "block.BlockGather.noteLeftOut",
                                call("hasLeftOut").dropped(),
                                OF_THE_LOADER + ".theyGoOnToOthers"),
                        new PlantedBug(
                                "what others are loading is taken for loaded",
                                "block.BlockGather.lookElsewhere",
                                call("stillLoading").dropped(),
                                OF_THE_LOADER + ".theyGoOnToOthers"))
                .map(bug -> DynamicTest.dynamicTest(bug.what(), () -> isFound(bug, _ -> false)));
    }

    private static boolean stepped(String name) {
        return name.startsWith("dev.polder.buffer.")
                || (name.startsWith("dev.polder.memory.") && !name.equals("dev.polder.memory.Memory"));
    }

    private static boolean ofGenerations(String name) {
        return name.startsWith("dev.polder.generation.");
    }

    private static void isFound(PlantedBug bug, Predicate<String> stepped) throws InterruptedException {
        Throwable failure = Trial.run(new MutantLoader(bug, stepped), bug.check(), WATCHDOG_SECONDS);
        if (failure == null) fail(bug.check() + " passes with a bug in " + bug.target() + ": " + bug.what());
        if (Trial.isBrokenWorld(failure)) throw new AssertionError("the planted bug makes no valid class", failure);
        System.out.printf("interleaved: %s | %s%n", bug.what(), Trial.describe(failure));
    }
}
