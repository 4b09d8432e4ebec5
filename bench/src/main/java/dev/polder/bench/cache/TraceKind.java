package dev.polder.bench.cache;

import dev.polder.bench.data.Random64;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;

/// Traces made by rule, for questions the published ones do not ask. The same kind, number and length are the same
/// trace everywhere.
///
/// A rule is asked for request 0, 1, 2 and so on, and answers with a page. Parts of a trace that are to have nothing
/// in common take pages from [#FAR] on, a multiple of it for each.
enum TraceKind {
    ZIPF("100,000 pages by popularity; the number is the skew in hundredths", 90) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity pages = new Popularity(PAGES, number, random);
            return _ -> pages.next();
        }
    },
    DRIFT("the same, but every so many requests one page in twenty changes places with another", 50_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity pages = new Popularity(PAGES, 90, random);
            int[] at = identity(PAGES);
            return i -> {
                if (i % number == number - 1) for (int k = 0; k < PAGES / 20; k++) exchange(at, random);
                return at[pages.next()];
            };
        }

        private void exchange(int[] at, Random64 random) {
            int popular = (int) random.below(PAGES / 50);
            int any = (int) random.below(PAGES);
            int page = at[popular];
            at[popular] = at[any];
            at[any] = page;
        }
    },
    SLIDE("the newest pages are the most popular; a new one every so many requests", 20) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity pages = new Popularity(20_000, 90, random);
            return i -> i / number + pages.next();
        }
    },
    GAUSS("pages around a middle that moves; the number is the deviation", 4_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            return i -> {
                double sum = -6;
                for (int k = 0; k < 12; k++) sum += unit(random);
                return FAR + (long) (0.3 * i + sum * number);
            };
        }
    },
    RECENT("a page asked for before, lately rather than long ago; one in so many is new", 10) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            long[] past = new long[1 << 17];
            return i -> {
                long back = (long) Math.pow(past.length, unit(random));
                boolean fresh = random.below(number) == 0 || back > i;
                long page = fresh ? i : past[(int) ((i - back) & (past.length - 1))];
                past[(int) (i & (past.length - 1))] = page;
                return page;
            };
        }
    },
    LOOP("so many pages, round and round", 11_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            return i -> i % number;
        }
    },
    ZIGZAG("so many pages, up and down", 12_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            return i -> i / number % 2 == 0 ? i % number : number - 1 - i % number;
        }
    },
    LOOPS("three loops at once: so many pages, 4.5 times and 15 times as many", 2_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            long[] at = new long[3];
            return _ -> {
                int loop = (int) (random.below(10) * 10 / 33 % 3);
                return loop * FAR + at[loop]++ % (number * new int[] {2, 9, 30}[loop] / 2);
            };
        }
    },
    HOTLOOP("half of it 3,000 pages by popularity, half a loop of so many", 15_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity hot = new Popularity(3_000, 80, random);
            long[] at = new long[1];
            return _ -> random.below(2) == 0 ? hot.next() : FAR + at[0]++ % number;
        }
    },
    HOTSCAN("20,000 pages by popularity; a third of the time so many others, once", 20_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity hot = new Popularity(20_000, 90, random);
            return i -> i / number % 3 == 2 ? FAR + i : hot.next();
        }
    },
    CHASE("one scan of 200,000 pages follows another, so many behind", 6_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            return i -> (i % 2 == 0 ? i / 2 : i / 2 + 200_000 - number) % 200_000;
        }
    },
    HOTCHASE("the same, every third request to 2,000 pages by popularity", 3_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity hot = new Popularity(2_000, 90, random);
            return i -> switch ((int) (i % 3)) {
                case 0 -> hot.next();
                case 1 -> FAR + i / 3;
                default -> FAR + Math.max(0, i / 3 - number);
            };
        }
    },
    TWICE("each page twice, the second time after up to so many requests", 12_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            long[] due = new long[1 << 17]; // the page to repeat at a request; 0: a new one
            return i -> {
                int slot = (int) (i & (due.length - 1));
                long page = due[slot];
                due[slot] = 0;
                if (page != 0) return page;
                int later = (int) ((i + number / 6 + random.below(number)) & (due.length - 1));
                while (due[later] != 0) later = (later + 1) & (due.length - 1);
                due[later] = i + 1;
                return i + 1;
            };
        }
    },
    QUEUE("a page written is read once, so many pages later; half of it 2,000 pages by popularity", 3_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity hot = new Popularity(2_000, 99, random);
            return i -> switch ((int) (i % 4)) {
                case 2 -> FAR + i / 4;
                case 3 -> FAR + Math.max(0, i / 4 - number);
                default -> hot.next();
            };
        }
    },
    BURST("a popular page is asked for four times within so many requests, then others are", 200) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity pages = new Popularity(PAGES, 70, random);
            long[] due = new long[1 << 17];
            Arrays.fill(due, -1);
            return i -> {
                int slot = (int) (i & (due.length - 1));
                long page = due[slot];
                due[slot] = -1;
                if (page >= 0) return page;
                page = pages.next();
                for (int k = 0; k < 3; k++) {
                    int later = (int) ((i + 1 + random.below(number)) & (due.length - 1));
                    while (due[later] >= 0) later = (later + 1) & (due.length - 1);
                    due[later] = page;
                }
                return page;
            };
        }
    },
    BTREE("the nodes of a tree of three levels, from root to leaf, for keys at random among so many leaves", 60_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            long[] leaf = new long[1];
            return i -> switch ((int) (i % 3)) {
                case 0 -> 0;
                case 1 -> {
                    leaf[0] = random.below(number);
                    yield FAR + leaf[0] / 100;
                }
                default -> 2 * FAR + leaf[0];
            };
        }
    },
    SESSIONS("6,000 pages by popularity, and after so many requests 6,000 others", 50_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity pages = new Popularity(6_000, 60, random);
            return i -> i / number * FAR + pages.next();
        }
    },
    PHASES("in turn the newest, a loop of 12,000, and 100,000 by popularity, so many requests each", 200_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            Popularity recent = new Popularity(20_000, 90, random);
            Popularity popular = new Popularity(PAGES, 90, random);
            return i -> switch ((int) (i / number % 3)) {
                case 0 -> i / 20 + recent.next();
                case 1 -> 2 * FAR + i % 12_000;
                default -> 3 * FAR + popular.next();
            };
        }
    },
    MIXED("at once a third of recent pages, a third by popularity, and a loop of so many", 8_000) {
        @Override
        LongUnaryOperator rule(Random64 random, int number) {
            LongUnaryOperator recent = RECENT.rule(random, 5);
            Popularity popular = new Popularity(50_000, 90, random);
            return i -> switch ((int) (i % 3)) {
                case 0 -> recent.applyAsLong(i / 3);
                case 1 -> FAR + popular.next();
                default -> 2 * FAR + i / 3 % number;
            };
        }
    };

    private static final long FAR = 1_000_000_000L;
    private static final int PAGES = 100_000;

    private final String means;
    private final int usual;

    TraceKind(String means, int usual) {
        this.means = means;
        this.usual = usual;
    }

    /// The page of request 0, 1, 2 and so on, in this order.
    abstract LongUnaryOperator rule(Random64 random, int number);

    /// @param text `kind` or `kind:number`
    @SuppressWarnings("EnumOrdinal") // a seed, and no more; new kinds are added at the end
    static Trace trace(String text, int requests) {
        TraceKind kind = of(text);
        return Trace.of(text, requests, kind.rule(new Random64(kind.ordinal()), kind.number(text)));
    }

    /// Refuses a text that is none of the kinds, or has no number where one belongs.
    static void check(String text) {
        of(text).number(text);
    }

    private static TraceKind of(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        for (TraceKind kind : values()) if (kind.name().equalsIgnoreCase(name)) return kind;
        throw new IllegalArgumentException("no traces of the kind " + name + ": use one of "
                + Arrays.stream(values()).map(TraceKind::lowerCase).collect(Collectors.joining(", ")));
    }

    private int number(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) return usual;
        try {
            int number = Integer.parseInt(text.substring(colon + 1));
            if (number > 0) return number;
        } catch (NumberFormatException _) {
            // said below
        }
        throw new IllegalArgumentException(text + ": a whole number above 0 follows the colon");
    }

    private String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// A line for the help.
    String describe() {
        return "%-9s %s (%d)".formatted(lowerCase(), means, usual);
    }

    private static double unit(Random64 random) {
        return (random.next() >>> 11) * 0x1p-53;
    }

    private static int[] identity(int count) {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) numbers[i] = i;
        return numbers;
    }

    /// The r-th page in proportion to 1 / r^skew; neighbours in number are neighbours in popularity.
    private static final class Popularity {
        private final double[] sums;
        private final Random64 random;

        Popularity(int pages, int skewHundredths, Random64 random) {
            this.random = random;
            sums = new double[pages];
            double sum = 0;
            for (int i = 0; i < pages; i++) sums[i] = sum += Math.pow(i + 1, -skewHundredths / 100.0);
        }

        int next() {
            int at = Arrays.binarySearch(sums, unit(random) * sums[sums.length - 1]);
            return Math.min(at < 0 ? -at - 1 : at, sums.length - 1);
        }
    }
}
