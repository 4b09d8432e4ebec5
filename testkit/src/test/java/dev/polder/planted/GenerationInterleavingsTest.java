package dev.polder.planted;

import static dev.polder.planted.Mutation.call;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The scenes of [dev.polder.generation.GenerationInterleavings] in every order of their accesses to shared memory,
/// sound
/// and with bugs that only an unlucky order shows.
class GenerationInterleavingsTest {
    private static final String SCENES = "generation.GenerationInterleavings";
    private static final Interleavings INTERLEAVINGS =
            new Interleavings(SCENES, name -> name.startsWith("dev.polder.generation."));

    @TestFactory
    Stream<DynamicTest> everyOrderIsSound() throws ClassNotFoundException {
        return INTERLEAVINGS.sound();
    }

    @TestFactory
    Stream<DynamicTest> aRaceThatIsPlantedIsFound() {
        return INTERLEAVINGS.found(
                new PlantedBug(
                        "a key that was linked meanwhile is taken for one before it",
                        "generation.RadixIndex.seekBefore",
                        call("compareKeys").giving(-1),
                        SCENES + ".aTrieIsAskedForTheKeyBefore"),
                new PlantedBug(
                        "an entry that was linked meanwhile is not passed",
                        "generation.SkipListIndex.seek",
                        call("isBefore").giving(0),
                        SCENES + ".aSkipListIsAskedForTheNextKey"));
    }
}
