package dev.polder.generation;

import dev.polder.interleaved.Exploration;
import dev.polder.interleaved.Explorer;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.planted.LentRegions;
import dev.polder.planted.SharedRegions;
import dev.polder.runtime.Seams;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a reader without a lock may meet while the writer is in the middle of an insert: a small generation, one group
/// of writes, one question, in every order that two interruptions make possible. Loaded by
/// [dev.polder.planted.GenerationInterleavingsTest] with a step before each access.
///
/// The reader takes the sequence that is published, asks, and compares with a model of all writes up to that sequence.
/// Of what is newer it may meet any part, but each entry whole and in order. One reader is enough: readers change
/// nothing, so none can disturb another.
public final class GenerationInterleavings {
    private static final int SPACE = 7;
    /// With this one the entries of a skip list have 1, 3, 2, 1, 2, 3, and 1 levels.
    private static final long SEED_OF_HEIGHTS = 182;
    private static final int PAYLOAD_BYTES = 4096, SCRATCH_BYTES = PAYLOAD_BYTES + 4096;

    /// What is there, and what is inserted beside it. Keys are ASCII; those that begin with a letter of `a` to `o`
    /// share their first half byte, `p` and what follows do not. A dash before a key means that it is deleted.
    private enum Place {
        AN_EMPTY_SPACE("", "m"),
        THE_FIRST_BRANCH("ma", "mb"),
        A_CHILD_OF_A_SMALL_NODE("ma mb", "mc m!"),
        A_FIFTH_CHILD("ma mb mc md", "me"),
        A_CHILD_OF_A_WIDE_NODE("ma mb mc md me", "mf m!"),
        A_NODE_ABOVE_OTHERS("mxa mxb", "mb p"),
        A_NODE_BETWEEN_OTHERS("mxa mxb p", "mb"),
        A_KEY_THAT_ENDS_AT_A_NODE("ma mb", "m"),
        A_KEY_BEHIND_ONE_THAT_ENDS("m", "ma"),
        A_SECOND_VERSION("ma mb", "ma"),
        A_FOURTH_VERSION("ma ma ma", "ma -ma"),
        SEVERAL_AT_ONE_PLACE("ma mc", "mb -mb mba");

        private final String before;
        private final String then;

        Place(String before, String then) {
            this.before = before;
            this.then = then;
        }

        private static List<String> words(String text) {
            return text.isEmpty() ? List.of() : List.of(text.split(" "));
        }

        List<String> before() {
            return words(before);
        }

        List<String> then() {
            return words(then);
        }

        /// What is asked for: keys that are inserted, their next neighbours above, and what lies before all.
        private List<String> probes() {
            return Stream.concat(
                            Stream.of("a"),
                            then().stream().map(GenerationInterleavings::key).flatMap(key -> Stream.of(key, key + "!")))
                    .distinct()
                    .toList();
        }
    }

    /// Where the digits of a key do not matter.
    private static final Place[] OF_LISTS = {
        Place.A_CHILD_OF_A_WIDE_NODE, Place.A_FIFTH_CHILD, Place.SEVERAL_AT_ONE_PLACE
    };

    private static String key(String write) {
        return write.startsWith("-") ? write.substring(1) : write;
    }

    /// A version of a key, as the model knows it.
    private record Version(String key, long sequence) {
        static final Comparator<Version> ORDER =
                Comparator.comparing(Version::key).thenComparing(Version::sequence, Comparator.reverseOrder());
    }

    private interface Question {
        void ask(Scene scene, EntryIndex index, String probe, long visible);
    }

    private static final class Scene implements Explorer.Scenario {
        private final IndexKind kind;
        private final Place place;
        private final String probe;
        private final Question question;
        private final List<String> writes = new ArrayList<>(); // by sequence, from 1 on
        private final AtomicLong published = new AtomicLong();
        private @Nullable MemoryBudget budget;
        private long scratch;

        Scene(IndexKind kind, Place place, String probe, Question question) {
            this.kind = kind;
            this.place = place;
            this.probe = probe;
            this.question = question;
        }

        @Override
        public List<Runnable> tasks(Seams seams) {
            budget = MemoryBudget.open(new LentRegions(), BudgetPlan.of(BudgetPlan.BUDGET_BYTES_MIN), seams);
            scratch = SharedRegions.lend(SCRATCH_BYTES);
            Generation generation = new Generation(1, new ChunkAllocator(budget, seams), SEED_OF_HEIGHTS, kind);
            if (!place.before().isEmpty()) generation.apply(scratch, reserved(generation, place.before()), 1);
            long first = writes.size() + 1L;
            published.set(first - 1);
            int bytes = reserved(generation, place.then());
            return List.of(
                    () -> {
                        generation.apply(scratch, bytes, first);
                        published.set(writes.size());
                    },
                    () -> ask(generation));
        }

        private int reserved(Generation generation, List<String> group) {
            long at = scratch;
            for (String write : group) {
                writes.add(write);
                byte[] bytes = bytes(key(write));
                at = write.startsWith("-")
                        ? Payload.delete(at, SPACE, bytes)
                        : Payload.put(at, SPACE, bytes, value(writes.size()));
            }
            int bytes = (int) (at - scratch);
            if (!generation.reserve(scratch, bytes)) throw new AssertionError("no memory");
            return bytes;
        }

        private void ask(Generation generation) {
            long visible = published.get();
            EntryIndex index = generation.space(SPACE);
            if (index != null) question.ask(this, index, probe, visible);
            else if (visible > 0) throw new AssertionError("a space is missed");
        }

        @Override
        public void check() {
            if (published.get() != writes.size()) throw new AssertionError("the writer has not ended");
        }

        @Override
        public void close() {
            if (budget != null) budget.close();
            SharedRegions.giveBack(scratch, SCRATCH_BYTES);
        }

        // ---- what is asked, and what must be the answer ----

        /// All that is there up to a sequence, in order.
        private List<Version> model(long visible) {
            List<Version> versions = new ArrayList<>();
            for (int i = 0; i < visible; i++) versions.add(new Version(key(writes.get(i)), i + 1));
            versions.sort(Version.ORDER);
            return versions;
        }

        /// The version that an entry is, which must be whole.
        private Version version(long entry) {
            long sequence = Entry.sequence(entry);
            if (sequence < 1 || sequence > writes.size()) throw new AssertionError("sequence " + sequence);
            String write = writes.get((int) sequence - 1);
            String key = new String(Entry.key(entry), StandardCharsets.US_ASCII);
            boolean whole = key.equals(key(write))
                    && Entry.kind(entry) == (write.startsWith("-") ? Entry.DELETE : Entry.PUT)
                    && (write.startsWith("-") || java.util.Arrays.equals(Entry.value(entry), value((int) sequence)));
            if (!whole) throw new AssertionError("entry " + sequence + " is " + key + ", not " + write);
            return new Version(key, sequence);
        }

        private long probeAddress(String key) {
            byte[] bytes = bytes(key);
            Memory.copyIn(bytes, 0, scratch + PAYLOAD_BYTES, bytes.length);
            return scratch + PAYLOAD_BYTES;
        }

        private void find(EntryIndex index, String key, long visible) {
            for (long sequence = visible; sequence > 0; sequence--) {
                long at = sequence;
                long entry = index.find(probeAddress(key), key.length(), sequence);
                @Nullable Version found = entry == 0 ? null : version(entry);
                @Nullable
                Version expected = model(visible).stream()
                        .filter(version -> version.key.equals(key) && version.sequence <= at)
                        .findFirst()
                        .orElse(null);
                same(found, expected);
            }
        }

        private void seek(EntryIndex index, String key, long visible) {
            Version from = new Version(key, visible);
            long entry = index.seek(probeAddress(key), key.length(), visible);
            @Nullable Version found = null;
            for (@Nullable Version last = null; entry != 0 && found == null; entry = index.next(entry)) {
                Version met = version(entry);
                if (Version.ORDER.compare(met, from) < 0) throw new AssertionError(met + " is before " + from);
                if (last != null) ascending(last, met);
                if (met.sequence <= visible) found = met;
                last = met;
            }
            same(
                    found,
                    model(visible).stream()
                            .filter(version -> Version.ORDER.compare(version, from) >= 0)
                            .findFirst()
                            .orElse(null));
        }

        private void seekBefore(EntryIndex index, String key, long visible) {
            long entry = index.seekBefore(probeAddress(key), key.length());
            @Nullable Version found = null;
            for (@Nullable Version last = null; entry != 0 && found == null; entry = index.previous(entry)) {
                Version met = version(entry);
                if (met.key.compareTo(key) >= 0) throw new AssertionError(met + " is not before " + key);
                if (last != null) ascending(met, last);
                if (met.sequence <= visible) found = met;
                last = met;
            }
            same(
                    found,
                    model(visible).reversed().stream()
                            .filter(version -> version.key.compareTo(key) < 0)
                            .findFirst()
                            .orElse(null));
        }

        private void walk(EntryIndex index, boolean forward, long visible) {
            List<Version> found = new ArrayList<>();
            @Nullable Version last = null;
            for (long entry = forward ? index.first() : index.last();
                    entry != 0;
                    entry = forward ? index.next(entry) : index.previous(entry)) {
                Version met = version(entry);
                if (last != null) ascending(forward ? last : met, forward ? met : last);
                if (met.sequence <= visible) found.add(met);
                last = met;
            }
            List<Version> expected = model(visible);
            same(found, forward ? expected : expected.reversed());
        }

        private static void ascending(Version lower, Version upper) {
            if (Version.ORDER.compare(lower, upper) >= 0) throw new AssertionError(lower + " before " + upper);
        }

        private static void same(@Nullable Object found, @Nullable Object expected) {
            if (!java.util.Objects.equals(found, expected))
                throw new AssertionError("found " + found + ", expected " + expected);
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        private static byte[] value(int sequence) {
            return bytes("value " + sequence);
        }
    }

    public void aTrieIsAskedForAKey() {
        explore(IndexKind.RADIX, Place.values(), "asked for a key", Scene::find);
    }

    public void aTrieIsAskedForTheNextKey() {
        explore(IndexKind.RADIX, Place.values(), "asked for the next key", Scene::seek);
    }

    public void aTrieIsAskedForTheKeyBefore() {
        explore(IndexKind.RADIX, Place.values(), "asked for the key before", Scene::seekBefore);
    }

    public void aRingIsWalked() {
        for (boolean forward : new boolean[] {true, false}) {
            Exploration exploration = new Exploration("ring, walked " + (forward ? "forward" : "backward"));
            for (Place place : Place.values()) {
                exploration.add(() -> new Scene(
                        IndexKind.RADIX, place, "", (scene, index, _, visible) -> scene.walk(index, forward, visible)));
            }
            exploration.tell();
        }
    }

    public void aSkipListIsAskedForAKey() {
        explore(IndexKind.SKIP_LIST, OF_LISTS, "asked for a key", Scene::find);
    }

    public void aSkipListIsAskedForTheNextKey() {
        explore(IndexKind.SKIP_LIST, OF_LISTS, "asked for the next key", Scene::seek);
    }

    public void aSkipListIsAskedForTheKeyBefore() {
        explore(IndexKind.SKIP_LIST, OF_LISTS, "asked for the key before", Scene::seekBefore);
    }

    private static void explore(IndexKind kind, Place[] places, String what, Question question) {
        Exploration exploration = new Exploration((kind == IndexKind.RADIX ? "trie" : "skip list") + ", " + what);
        for (Place place : places) {
            for (String probe : place.probes()) exploration.add(() -> new Scene(kind, place, probe, question));
        }
        exploration.tell();
    }
}
