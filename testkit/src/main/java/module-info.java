/// What a test of Polder, or of code built on it, needs: a world that a seed replays.
module dev.polder.testkit {
    requires static transitive org.jspecify;
    requires transitive dev.polder;
}
