package dev.polder.bench.profile;

import dev.polder.memory.Memory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/// Counts samples of a JFR recording by frame: *self* for the innermost one that is ours, with its line, *total*
/// for each method on the stack.
///
/// Processor-time samples (Java 25 on Linux) are used where there are any, for they also count threads inside
/// native calls and are not biased towards safe points; else the classic execution samples.
final class HotFrames {
    private static final String CPU_TIME = "jdk.CPUTimeSample", CLASSIC = "jdk.ExecutionSample";

    private final Map<String, Integer> self = new HashMap<>();
    private final Map<String, Integer> total = new HashMap<>();
    private final Map<String, Integer> threads = new HashMap<>();
    private int samples;

    record Line(String name, int samples, double share) {}

    /// Only of threads whose name `threadNames` accepts.
    static HotFrames of(Path recording, Predicate<String> threadNames) throws IOException {
        HotFrames cpuTime = of(recording, CPU_TIME, threadNames);
        return cpuTime.samples > 0 ? cpuTime : of(recording, CLASSIC, threadNames);
    }

    private static HotFrames of(Path recording, String eventName, Predicate<String> threadNames) throws IOException {
        HotFrames frames = new HotFrames();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals(eventName)) frames.add(event, threadNames);
            }
        }
        return frames;
    }

    private void add(RecordedEvent event, Predicate<String> threadNames) {
        RecordedThread thread = event.getThread(event.hasField("eventThread") ? "eventThread" : "sampledThread");
        String name = thread == null || thread.getJavaName() == null ? "(no Java thread)" : thread.getJavaName();
        if (!threadNames.test(name)) return;
        samples++;
        threads.merge(name, 1, Integer::sum);
        if (event.getStackTrace() == null || event.getStackTrace().getFrames().isEmpty()) {
            self.merge("(no Java frame)", 1, Integer::sum);
            return;
        }
        List<RecordedFrame> stack = event.getStackTrace().getFrames();
        self.merge(innermost(stack), 1, Integer::sum);
        Set<String> seen = new HashSet<>();
        for (RecordedFrame frame : stack) {
            if (!isNameless(frame.getMethod().getType().getName()) && seen.add(method(frame)))
                total.merge(method(frame), 1, Integer::sum);
        }
    }

    /// The innermost frame of our own: what the JDK does for a memory access belongs to the line that asked for it.
    private static String innermost(List<RecordedFrame> stack) {
        for (RecordedFrame frame : stack) {
            if (!isPlumbing(frame)) return method(frame) + ":" + frame.getLineNumber();
        }
        return method(stack.getFirst());
    }

    private static boolean isPlumbing(RecordedFrame frame) {
        String type = frame.getMethod().getType().getName();
        return type.startsWith("java.")
                || type.startsWith("jdk.")
                || type.startsWith("sun.")
                || type.equals(Memory.class.getName())
                || isNameless(type);
    }

    /// Hidden classes: lambdas and the stubs of native calls.
    private static boolean isNameless(String type) {
        return type.startsWith("0x") || type.contains("$$Lambda") || type.startsWith("java.lang.invoke.");
    }

    private static String method(RecordedFrame frame) {
        String type = frame.getMethod().getType().getName();
        return type.substring(type.lastIndexOf('.') + 1) + "."
                + frame.getMethod().getName();
    }

    int samples() {
        return samples;
    }

    List<Line> self(int count) {
        return most(self, count);
    }

    List<Line> total(int count) {
        return most(total, count);
    }

    List<Line> threads(int count) {
        return most(threads, count);
    }

    private List<Line> most(Map<String, Integer> counts, int count) {
        List<Line> lines = new ArrayList<>();
        counts.forEach((name, times) -> lines.add(new Line(name, times, (double) times / samples)));
        lines.sort((a, b) ->
                a.samples() == b.samples() ? a.name().compareTo(b.name()) : Integer.compare(b.samples(), a.samples()));
        return lines.subList(0, Math.min(count, lines.size()));
    }
}
