package dev.polder.bench.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.bench.data.KeyShape;
import dev.polder.bench.engine.EngineContractTest;
import dev.polder.bench.engine.EngineKind;
import dev.polder.bench.engine.EngineSettings;
import dev.polder.bench.engine.KvEngine;
import dev.polder.bench.report.KvRun;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every workload on every engine, small, inside this process.
class KvChildTest {
    private static final int RECORDS = 1000;

    @TempDir
    Path folder;

    private static KvLoad load(KeyShape keys, KvLoad.ReadApi reads, int threads) {
        return new KvLoad(RECORDS, 100, keys, 32L << 20, threads, 0.05, 100, reads, 0.02, 0, 0, 0, false, 1);
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void everyWorkloadRunsAndCountsWhatItDid(EngineKind engine) throws Exception {
        KvLoad load = load(KeyShape.BINARY, KvLoad.ReadApi.COPY, 2);
        Path store = storeOrSkip(engine);
        for (Workload workload : Workload.values()) {
            if (workload.fills()) DiskUse.deleteFolder(store);
            KvRun run = KvChild.run(engine, workload, load, store).run();
            assertThat(run.engine()).isEqualTo(engine.toString());
            assertThat(run.operations()).as("%s", workload).isPositive();
            assertThat(run.seconds()).isPositive();
            assertThat(run.p50Nanos()).isBetween(1L, run.maxNanos());
            assertThat(run.dataBytes() + run.logBytes()).isPositive();
            switch (workload) {
                case FILLSEQ, FILLRANDOM, OVERWRITE ->
                    assertThat(run.operations()).isEqualTo(RECORDS);
                case READRANDOM -> assertThat(run.found()).isEqualTo(run.operations());
                case READMISSING -> assertThat(run.found()).isZero();
                case SCAN100 -> assertThat(run.found()).isEqualTo(run.operations() * 100);
                case READWHILEWRITING -> assertThat(run.writesBesideReads()).isPositive();
                case READMOSTLY ->
                    assertThat(run.found() + run.writesBesideReads()).isEqualTo(run.operations());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void textKeysAndReadsIntoArraysWorkToo(EngineKind engine) throws Exception {
        KvLoad load = load(KeyShape.TEXT, KvLoad.ReadApi.INTO, 1);
        Path store = storeOrSkip(engine);
        for (Workload workload :
                new Workload[] {Workload.FILLRANDOM, Workload.READRANDOM, Workload.READMISSING, Workload.SCAN100}) {
            assertThat(KvChild.run(engine, workload, load, store).run().operations())
                    .isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void aLostRecordAndAWrongValueEndTheRun(EngineKind engine) throws Exception {
        Path store = storeOrSkip(engine);
        KvLoad load = load(KeyShape.BINARY, KvLoad.ReadApi.COPY, 1);
        KvChild.run(engine, Workload.FILLRANDOM, load, store);
        KvLoad more = new KvLoad(
                RECORDS + 1,
                100,
                KeyShape.BINARY,
                32L << 20,
                1,
                0.05,
                100,
                KvLoad.ReadApi.COPY,
                0.02,
                0,
                0,
                0,
                false,
                1);
        assertThatThrownBy(() -> KvChild.run(engine, Workload.READRANDOM, more, store))
                .hasMessageContaining("1000 entries of 1001");
        KvLoad otherSeed = new KvLoad(
                RECORDS, 100, KeyShape.BINARY, 32L << 20, 1, 0.5, 100, KvLoad.ReadApi.COPY, 0, 0, 0, 0, false, 2);
        assertThatThrownBy(() -> KvChild.run(engine, Workload.READRANDOM, otherSeed, store))
                .hasStackTraceContaining("a wrong value");
    }

    private Path storeOrSkip(EngineKind kind) throws Exception {
        Path probe = folder.resolve("probe");
        try (KvEngine engine = EngineContractTest.openOrSkip(
                kind, new EngineSettings(probe, 32L << 20, 10_000, 100, KeyShape.BINARY, false, 0))) {
            assertThat(engine.facts().engine()).isEqualTo(kind.toString());
        }
        return folder.resolve("store");
    }
}
