package dev.polder.cli.load;

/// A record of the input that cannot be stored: where it is, what is wrong with it, and what can be done.
public final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Place place;
    private final String problem;
    private final String advice;
    private final boolean skippable;

    private BadRecordException(Place place, String problem, String advice, boolean skippable) {
        super(place + ": " + problem);
        this.place = place;
        this.problem = problem;
        this.advice = advice;
        this.skippable = skippable;
    }

    /// A record that can be passed over: the next one begins where it would have begun anyway.
    static BadRecordException skippable(Place place, String problem, String advice) {
        return new BadRecordException(place, problem, advice, true);
    }

    /// The file cannot be understood from here on.
    static BadRecordException last(Place place, String problem, String advice) {
        return new BadRecordException(place, problem, advice, false);
    }

    public Place place() {
        return place;
    }

    public String problem() {
        return problem;
    }

    /// What to do about it; empty if mending the place is all there is.
    public String advice() {
        return advice;
    }

    public boolean isSkippable() {
        return skippable;
    }
}
