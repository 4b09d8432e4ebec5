package dev.polder.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Evidence that the tests can fail: bugs are planted one at a time, and each must be caught by the check that is
/// there for it. See `docs/testing.md`.
class PlantedBugsTest {
    /// The control: without a bug all checks pass, in a world made the same way.
    @TestFactory
    Stream<DynamicTest> withoutABugEveryCheckPasses() {
        MutantLoader sound = new MutantLoader(null);
        return checks().stream()
                .map(check -> DynamicTest.dynamicTest(check, () -> {
                    Throwable failure = Trial.run(sound, check);
                    if (failure != null) throw new AssertionError(check + " fails without a planted bug", failure);
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyPlantedBugIsCaught() {
        return PlantedBugs.all().stream().map(bug -> DynamicTest.dynamicTest(bug.what(), () -> isCaught(bug)));
    }

    private static void isCaught(PlantedBug bug) throws InterruptedException {
        Throwable failure = Trial.run(new MutantLoader(bug), bug.check());
        if (failure == null) fail(bug.check() + " passes with a bug in " + bug.target() + ": " + bug.what());
        if (Trial.isBrokenWorld(failure)) throw new AssertionError("the planted bug makes no valid class", failure);
        System.out.printf("planted: %s | %s | %s%n", bug.what(), bug.check(), Trial.describe(failure));
    }

    @Test
    void thereAreManyDifferentOnes() {
        List<PlantedBug> bugs = PlantedBugs.all();
        assertThat(bugs).hasSizeGreaterThanOrEqualTo(24);
        assertThat(bugs).extracting(PlantedBug::what).doesNotHaveDuplicates();
    }

    @Test
    void theDocumentNamesEachAndWhatCatchesIt() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "testing.md"));
        assertThat(document.lines())
                .containsAll(
                        PlantedBugs.all().stream().map(PlantedBugsTest::row).toList());
    }

    static String row(PlantedBug bug) {
        return "| " + bug.what() + " | `" + bug.target() + "` | `" + bug.check() + "` |";
    }

    private static List<String> checks() {
        return PlantedBugs.all().stream()
                .map(PlantedBug::check)
                .distinct()
                .sorted()
                .toList();
    }
}
