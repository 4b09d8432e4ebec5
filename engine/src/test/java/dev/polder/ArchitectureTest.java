package dev.polder;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The house stands: imports point only downwards, and the world is reached only through the seams.
///
///     dev.polder ▶ kv ▶ store ▶ run ▶ { log · generation } ▶ block ▶ buffer ▶ disk ▶ io ▶ memory ▶ runtime
///         ▶ { errors · events · metrics }
///
/// Rooms side by side in braces do not know each other.
/// A new package is added to [#HOUSE], or [#everyPackageHasItsRoom()] fails.
class ArchitectureTest {
    private static final String ROOT = "dev.polder";

    /// The floors, bottom to top; the rooms of one floor do not import each other.
    private static final List<List<String>> HOUSE = List.of(
            List.of("errors", "events", "metrics"),
            List.of("runtime"),
            List.of("memory"),
            List.of("io"),
            List.of("disk"),
            List.of("buffer"),
            List.of("block"),
            List.of("log", "generation"),
            List.of("run"),
            List.of("store"),
            List.of("kv"));

    private static final JavaClasses ENGINE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @TestFactory
    List<DynamicTest> importsPointOnlyDownwards() {
        return HOUSE.stream()
                .flatMap(floor -> floor.stream()
                        .map(room -> DynamicTest.dynamicTest(
                                room,
                                () -> noClasses()
                                        .that(resideInAPackage(within(room)))
                                        .should()
                                        .dependOnClassesThat(resideInAnyPackage(notBelow(floor, room)))
                                        .because("imports point only downwards")
                                        .allowEmptyShould(true)
                                        .check(ENGINE))))
                .toList();
    }

    @Test
    void everyPackageHasItsRoom() {
        var rooms = HOUSE.stream().flatMap(List::stream).toList();
        for (JavaClass type : ENGINE) {
            String name = type.getPackageName();
            assertThat(name.equals(ROOT) || rooms.stream().anyMatch(room -> isWithin(name, room)))
                    .as("package %s is in the picture above", name)
                    .isTrue();
        }
    }

    @Test
    void everyPackageGreetsItsVisitor() {
        Set<String> packages = new TreeSet<>();
        Set<String> greeted = new TreeSet<>();
        for (JavaClass type : ENGINE) {
            packages.add(type.getPackageName());
            if (type.getSimpleName().equals("package-info")) {
                greeted.add(type.getPackageName());
            }
        }
        assertThat(greeted).as("packages with a package-info").isEqualTo(packages);
    }

    /// Time, chance and threads come through `runtime`, so that a seed replays a run.
    @TestFactory
    List<DynamicTest> seamsAreReachedOnlyThroughRuntime() {
        return List.of(
                banned(
                        "runtime",
                        "clocks",
                        Map.of(
                                "java.lang.System", Set.of("nanoTime", "currentTimeMillis"),
                                "java.time.Instant", Set.of("now"),
                                "java.time.LocalDateTime", Set.of("now"),
                                "java.time.LocalDate", Set.of("now"),
                                "java.time.ZonedDateTime", Set.of("now"),
                                "java.time.OffsetDateTime", Set.of("now"),
                                "java.time.Clock", Set.of("systemUTC", "systemDefaultZone", "system"))),
                banned(
                        "runtime",
                        "chance",
                        Map.of(
                                "java.lang.Math", Set.of("random"),
                                "java.util.UUID", Set.of("randomUUID"),
                                "java.lang.System", Set.of("identityHashCode"))),
                bannedTypes(
                        "runtime",
                        "sources of chance",
                        "java.util.concurrent.ThreadLocalRandom",
                        "java.security.SecureRandom"),
                banned(
                        "runtime",
                        "threads",
                        Map.of(
                                "java.lang.Thread",
                                Set.of(
                                        "<init>",
                                        "sleep",
                                        "ofVirtual",
                                        "ofPlatform",
                                        "startVirtualThread",
                                        "yield",
                                        "join",
                                        "onSpinWait"),
                                "java.lang.Object",
                                Set.of("wait", "notify", "notifyAll"),
                                "java.util.concurrent.CompletableFuture",
                                Set.of(
                                        "join",
                                        "get",
                                        "supplyAsync",
                                        "runAsync",
                                        "orTimeout",
                                        "completeOnTimeout",
                                        "delayedExecutor"))),
                bannedTypes("runtime", "locks, queues and executors", CONCURRENCY),
                DynamicTest.dynamicTest(
                        "synchronized methods",
                        () -> noMethods()
                                .that()
                                .areDeclaredInClassesThat(engineOutside("runtime"))
                                .should()
                                .haveModifier(JavaModifier.SYNCHRONIZED)
                                .because("locks come from runtime's Tasks")
                                .allowEmptyShould(true)
                                .check(ENGINE)));
    }

    /// Bytes move in and out through `io`, so that a simulated disk can stand in for the real one.
    @TestFactory
    List<DynamicTest> filesAndNativeCallsLiveInIo() {
        return List.of(
                bannedTypes(
                        "io",
                        "files",
                        "java.nio.file.Files",
                        "java.nio.channels.FileChannel",
                        "java.nio.channels.AsynchronousFileChannel",
                        "java.io.RandomAccessFile",
                        "java.io.FileInputStream",
                        "java.io.FileOutputStream"),
                bannedTypes("io", "native calls", "java.lang.foreign.Linker", "java.lang.foreign.SymbolLookup"));
    }

    /// A runtime image without the recorder's module can run the engine: only `events` knows its types.
    @TestFactory
    List<DynamicTest> theRecorderIsKnownToEventsOnly() {
        return List.of(bannedTypes("events", "the flight recorder", "jdk.jfr.*"));
    }

    /// All of java.util.concurrent that waits or runs something; `atomic`, plain collections and Flow stay allowed.
    private static final String[] CONCURRENCY = {
        "java.util.concurrent.locks.*",
        "java.util.concurrent.*Queue",
        "java.util.concurrent.*Deque",
        "java.util.concurrent.*Exchanger",
        "java.util.concurrent.*Executor",
        "java.util.concurrent.*ExecutorService",
        "java.util.concurrent.Executors",
        "java.util.concurrent.ForkJoinPool",
        "java.util.concurrent.ForkJoinTask",
        "java.util.concurrent.FutureTask",
        "java.util.concurrent.CountDownLatch",
        "java.util.concurrent.CyclicBarrier",
        "java.util.concurrent.Semaphore",
        "java.util.concurrent.Phaser",
        "java.util.concurrent.StructuredTaskScope",
        "java.util.Timer",
    };

    private static DynamicTest banned(String allowedIn, String what, Map<String, Set<String>> calls) {
        var call = describe(
                what + " " + calls,
                (JavaAccess<?> access) -> calls.getOrDefault(
                                access.getTargetOwner().getName(), Set.of())
                        .contains(access.getTarget().getName()));
        return DynamicTest.dynamicTest(
                what,
                () -> noClasses()
                        .that(engineOutside(allowedIn))
                        .should()
                        .accessTargetWhere(call)
                        .because(what + " are reached only through " + allowedIn)
                        .allowEmptyShould(true)
                        .check(ENGINE));
    }

    private static DynamicTest bannedTypes(String allowedIn, String what, String... patterns) {
        var type =
                describe(what + " " + List.of(patterns), (JavaClass target) -> matchesAny(target.getName(), patterns));
        return DynamicTest.dynamicTest(
                what,
                () -> noClasses()
                        .that(engineOutside(allowedIn))
                        .should()
                        .dependOnClassesThat(type)
                        .because(what + " are reached only through " + allowedIn)
                        .allowEmptyShould(true)
                        .check(ENGINE));
    }

    private static boolean matchesAny(String name, String... patterns) {
        for (String pattern : patterns) {
            int star = pattern.indexOf('*');
            boolean matches = star < 0
                    ? name.equals(pattern)
                    : name.startsWith(pattern.substring(0, star)) && name.endsWith(pattern.substring(star + 1));
            if (matches) {
                return true;
            }
        }
        return false;
    }

    private static DescribedPredicate<JavaClass> engineOutside(String room) {
        return resideInAPackage(ROOT + "..").and(DescribedPredicate.not(resideInAPackage(within(room))));
    }

    /// The rooms beside and above this one, and the front door.
    private static String[] notBelow(List<String> floor, String room) {
        var forbidden = HOUSE.subList(HOUSE.indexOf(floor), HOUSE.size()).stream()
                .flatMap(List::stream)
                .filter(other -> !other.equals(room))
                .map(ArchitectureTest::within)
                .toList();
        var all = new TreeSet<>(forbidden);
        all.add(ROOT);
        return all.toArray(String[]::new);
    }

    private static String within(String room) {
        return ROOT + "." + room + "..";
    }

    private static boolean isWithin(String name, String room) {
        String start = ROOT + "." + room;
        return name.equals(start) || name.startsWith(start + ".");
    }
}
