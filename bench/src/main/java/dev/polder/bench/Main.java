package dev.polder.bench;

/// Runs benchmarks: a placeholder until the first one arrives.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.out.println("usage: polder bench <benchmark> [options]");
        System.out.println("  there is no benchmark yet");
    }
}
