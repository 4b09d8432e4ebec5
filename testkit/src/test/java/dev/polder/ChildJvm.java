package dev.polder;

import dev.polder.runtime.Leaks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A process of its own, to be killed, locked out, or looked at from outside. What it prints, on either stream, is
/// collected line by line; a last line without its end does not count: the child did not get to say it.
final class ChildJvm implements AutoCloseable {
    private static final long SECONDS_MAX = 120;

    private final Process process;
    private final Thread listener;
    private final List<String> lines = new ArrayList<>(); // guarded by itself
    private boolean ended; // guarded by lines

    /// Starts `main` on this test's class path.
    static ChildJvm start(List<String> options, Class<?> main, Object... arguments) {
        return startBehind(List.of(), options, main, arguments);
    }

    /// The same, by a command that becomes the JVM.
    static ChildJvm startBehind(List<String> before, List<String> options, Class<?> main, Object... arguments) {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.add("-Dpolder.leaks=" + Leaks.CHOSEN);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object argument : arguments) command.add(argument.toString());
        try {
            return new ChildJvm(
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ChildJvm(Process process) {
        this.process = process;
        this.listener = Thread.ofPlatform().daemon().name("listens to a child").start(this::listen);
    }

    private void listen() {
        StringBuilder line = new StringBuilder();
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c != '\n') {
                    line.append((char) c);
                    continue;
                }
                add(line.toString());
                line.setLength(0);
            }
        } catch (IOException e) {
            // the pipe ended with the child
        }
        synchronized (lines) {
            ended = true;
            lines.notifyAll();
        }
    }

    private void add(String line) {
        synchronized (lines) {
            lines.add(line);
            lines.notifyAll();
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Everything said so far.
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /// Waits until what was said is as the test wants it, or nothing more will be said; returns whether it is.
    boolean await(Predicate<List<String>> enough) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        synchronized (lines) {
            while (!enough.test(lines)) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (ended) return false;
                if (millis <= 0) throw new AssertionError("the child hangs; it said " + lines);
                try {
                    lines.wait(millis);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return true;
        }
    }

    /// Waits for a line that begins like this.
    void awaitLine(String start) {
        if (!await(said -> said.stream().anyMatch(line -> line.startsWith(start)))) {
            throw new AssertionError("the child ended without saying '" + start + "': " + lines());
        }
    }

    /// Writes a line to the child's input.
    void say(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new AssertionError("the child does not listen; it said " + lines(), e);
        }
    }

    /// SIGKILL; then the last words, which are still in the pipe. Not by the process itself, which would throw them
    /// away.
    void kill() {
        process.toHandle().destroyForcibly();
        end();
    }

    /// Waits for the end, which must be a good one, and returns the numbers in the line that begins like this.
    Map<String, Long> numbers(String start) {
        int status = end();
        String last = lines().stream()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElse(null);
        if (status != 0 || last == null) throw new AssertionError("exit status " + status + ": " + lines());
        System.out.println(last);
        Map<String, Long> numbers = new HashMap<>();
        for (String word : last.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) numbers.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
        }
        return numbers;
    }

    /// Waits for the end; returns the exit status.
    int end() {
        try {
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new AssertionError("the child hangs; it said " + lines());
            }
            listener.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Whatever happened, the child does not outlive the test.
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
