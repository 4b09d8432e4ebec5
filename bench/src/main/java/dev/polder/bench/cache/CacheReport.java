package dev.polder.bench.cache;

import java.util.List;

/// Everything one `bench cache` found out, as it stands in the JSON file.
///
/// @param command the arguments that repeat it
public record CacheReport(String command, String date, List<Cell> cells) {
    /// One trace with one number of frames.
    ///
    /// @param pages different pages of the trace
    public record Cell(String trace, long requests, long pages, int frames, long optHits, List<Line> lines) {}

    public record Line(String policy, long hits) {}
}
