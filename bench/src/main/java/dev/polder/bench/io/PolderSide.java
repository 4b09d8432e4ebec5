package dev.polder.bench.io;

import dev.polder.bench.report.IoRun;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskBatch;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.SplittableRandom;

/// Polder's half of a pair: a `Disk` on the engine of this machine, one thread.
///
/// Each 4 KiB of the file begin with their own number, and every block that is read is checked for it.
final class PolderSide implements AutoCloseable {
    private static final int PAGE = 4 << 10, CHUNK = 1 << 20;
    private static final long MEMORY_BYTES = 64 << 20;

    private final IoEngine io;
    private final Disk disk;
    private final long memory;
    private final DiskFile readFile;
    private final DiskFile writeFile;
    private final long fileBytes;
    private final SplittableRandom random = new SplittableRandom(1);
    private long operations;

    PolderSide(Path readFile, Path writeFile, long fileBytes, boolean register) {
        io = IoEngines.probe();
        memory = IoEngines.regions().acquire(MEMORY_BYTES);
        Memory.fill(memory, MEMORY_BYTES, (byte) 1);
        if (register) io.register(memory, MEMORY_BYTES);
        disk = new Disk(io, Seams.system(), DiskConfig.DEFAULT);
        this.fileBytes = fileBytes;
        this.readFile = fill(readFile);
        this.writeFile = fill(writeFile);
    }

    String engine() {
        return io.describe();
    }

    private DiskFile fill(Path path) {
        DiskFile file = disk.create(path, true);
        for (long at = 0; at < fileBytes; at += CHUNK) {
            for (int page = 0; page < CHUNK; page += PAGE) Memory.putLong(memory + page, (at + page) / PAGE);
            file.write(at, memory, CHUNK, Lane.MERGE);
        }
        file.sync(Lane.MERGE);
        return file;
    }

    IoRun run(int pair, IoWorkload workload, int depth, double seconds) {
        operations = 0;
        long cpuBefore = threadCpuNanos();
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        if (workload.deep) readDeep(workload, depth, end);
        else if (workload.writes()) writeOne(workload, end);
        else readOne(workload, end);
        double took = (System.nanoTime() - begin) / 1e9;
        return new IoRun(
                pair,
                workload.title,
                "polder",
                operations,
                operations * workload.blockBytes,
                took,
                (threadCpuNanos() - cpuBefore) / 1e3 / operations);
    }

    private void readDeep(IoWorkload workload, int depth, long end) {
        long[] places = new long[depth];
        int bytes = workload.blockBytes;
        try (DiskBatch reads = disk.batch(Lane.FOREGROUND, depth)) {
            for (int i = 0; i < depth; i++) add(reads, workload, places, i * (long) bytes + memory);
            for (int number; (number = reads.next()) >= 0; ) {
                long address = memory + number * (long) bytes;
                check(reads.result(number), workload, places[number], address);
                if (System.nanoTime() < end) add(reads, workload, places, address);
            }
        }
    }

    /// Numbers are given from 0 on, and again in the order in which they were freed: number and memory stay together.
    private void add(DiskBatch reads, IoWorkload workload, long[] places, long address) {
        long position = nextPosition(workload);
        int number = reads.read(readFile, position, address, workload.blockBytes);
        if (address != memory + number * (long) workload.blockBytes)
            throw new IllegalStateException("number " + number);
        places[number] = position;
        operations++;
    }

    private void readOne(IoWorkload workload, long end) {
        while (System.nanoTime() < end) {
            long position = nextPosition(workload);
            int read = readFile.readUpTo(position, memory, workload.blockBytes, Lane.FOREGROUND);
            check(read, workload, position, memory);
            operations++;
        }
    }

    private void writeOne(IoWorkload workload, long end) {
        while (System.nanoTime() < end) {
            writeFile.write(nextPosition(workload), memory, workload.blockBytes, Lane.MERGE);
            operations++;
        }
    }

    private long nextPosition(IoWorkload workload) {
        if (workload.random()) return random.nextLong(fileBytes / workload.blockBytes) * workload.blockBytes;
        return operations * workload.blockBytes % fileBytes;
    }

    private static void check(int read, IoWorkload workload, long position, long address) {
        long number = Memory.getLong(address);
        if (read != workload.blockBytes || number != position / PAGE) {
            throw new IllegalStateException("wrong block at " + position + ": " + read + " bytes, number " + number);
        }
    }

    private static long threadCpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Override
    public void close() {
        disk.close();
        io.close();
        IoEngines.regions().release(memory, MEMORY_BYTES);
    }
}
