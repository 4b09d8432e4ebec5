package dev.polder.planted;

import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// Scenes that are explored in worlds whose classes tell of their steps: every scene in a sound one, and bugs in one
/// each.
///
/// @param scenes  a class of them, below `dev.polder.`: each public method is one
/// @param stepped which classes tell [dev.polder.interleaved.Explorer] of each access to shared memory
record Interleavings(String scenes, Predicate<String> stepped) {
    /// The explorer itself finds that nobody can go on, or that there is no end; this is for a busy machine.
    private static final int WATCHDOG_SECONDS = Integer.getInteger("polder.watchdogSeconds", 600);

    Stream<DynamicTest> sound() throws ClassNotFoundException {
        MutantLoader sound = new MutantLoader(null, stepped);
        return Arrays.stream(sound.loadClass("dev.polder." + scenes).getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .sorted()
                .map(scene -> DynamicTest.dynamicTest(scene, () -> {
                    Throwable failure = Trial.run(sound, scenes + "." + scene, WATCHDOG_SECONDS);
                    if (failure != null) throw new AssertionError(scene, failure);
                }));
    }

    Stream<DynamicTest> found(PlantedBug... bugs) {
        return Arrays.stream(bugs).map(bug -> DynamicTest.dynamicTest(bug.what(), () -> isFound(bug)));
    }

    private void isFound(PlantedBug bug) throws InterruptedException {
        Throwable failure = Trial.run(new MutantLoader(bug, stepped), bug.check(), WATCHDOG_SECONDS);
        if (failure == null) fail(bug.check() + " passes with a bug in " + bug.target() + ": " + bug.what());
        if (Trial.isBrokenWorld(failure)) throw new AssertionError("the planted bug makes no valid class", failure);
        System.out.printf("interleaved: %s | %s%n", bug.what(), Trial.describe(failure));
    }
}
