package dev.polder.bench.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class KvOptionsTest {
    @Command
    static final class Probe {
        @Mixin
        KvOptions options = new KvOptions();
    }

    @Test
    void sizesHaveUnits() {
        assertThat(KvOptions.bytes("512MiB")).isEqualTo(512L << 20);
        assertThat(KvOptions.bytes("1GiB")).isEqualTo(1L << 30);
        assertThat(KvOptions.bytes("16 KiB")).isEqualTo(16L << 10);
        assertThat(KvOptions.bytes("12345")).isEqualTo(12345);
        assertThatThrownBy(() -> KvOptions.bytes("12MB")).hasMessageContaining("'12MB' is no size");
    }

    /// The parent's options must reach the child whole, or the two would speak of different loads.
    @Test
    void aChildGetsTheLoadOfItsParent() {
        Probe parent = parse(
                "--records",
                "1234",
                "--value-bytes",
                "77",
                "--keys",
                "TEXT",
                "--memory",
                "64MiB",
                "--threads",
                "3",
                "--seconds",
                "1.5",
                "--batch",
                "7",
                "--reads",
                "INTO",
                "--warmup",
                "0.5",
                "--write-rate",
                "1000",
                "--rocksdb-direct",
                "--seed",
                "9");
        KvLoad load = parent.options.load();
        assertThat(load.records()).isEqualTo(1234);
        assertThat(load.memoryBytes()).isEqualTo(64L << 20);
        assertThat(load.rocksdbDirect()).isTrue();
        assertThat(parse(parent.options.arguments().toArray(String[]::new))
                        .options
                        .load())
                .isEqualTo(load);
        assertThat(parse().options.load()).isNotEqualTo(load);
    }

    private static Probe parse(String... arguments) {
        Probe probe = new Probe();
        new CommandLine(probe).parseArgs(arguments);
        return probe;
    }
}
