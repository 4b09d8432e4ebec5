package dev.polder.planted;

import static dev.polder.planted.Mutation.call;
import static dev.polder.planted.Mutation.constant;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The scenes of [dev.polder.block.LoaderInterleavings] in every order of their locks and transfers, each of which is a
/// step already; sound and with bugs that only an unlucky order shows.
class LoaderInterleavingsTest {
    private static final String SCENES = "block.LoaderInterleavings";
    private static final Interleavings INTERLEAVINGS = new Interleavings(SCENES, _ -> false);

    @TestFactory
    Stream<DynamicTest> everyOrderIsSound() throws ClassNotFoundException {
        return INTERLEAVINGS.sound();
    }

    @TestFactory
    Stream<DynamicTest> aRaceThatIsPlantedIsFound() {
        return INTERLEAVINGS.found(
                new PlantedBug(
                        "a multi-get waits for what others are loading while it holds a slot",
                        "block.BlockGather.next",
                        constant(0).nth(2).plus(1),
                        SCENES + ".eachWantsWhatTheOtherIsReading"),
                new PlantedBug(
                        "a multi-get waits for a slot while it holds one",
                        "block.BlockGather.startAll",
                        constant(0).plus(1),
                        SCENES + ".eachWantsWhatTheOtherIsReading"),
                new PlantedBug(
                        "blocks that others are loading are forgotten",
                        "block.BlockGather.noteLeftOut",
                        call("hasLeftOut").dropped(),
                        SCENES + ".theyGoOnToOthers"),
                new PlantedBug(
                        "what others are loading is taken for loaded",
                        "block.BlockGather.lookElsewhere",
                        call("stillLoading").dropped(),
                        SCENES + ".theyGoOnToOthers"));
    }
}
