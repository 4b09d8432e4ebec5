package dev.polder.io;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/// The child of `VirtualReadsTest`: as many virtual threads as its argument says, on the carriers its options
/// allow, read a block each. With `held` the threads that read for others begin when all have asked, or all have
/// ended.
public final class VirtualReaders {
    private static final int BLOCK = 4096;

    private final DiskFile file;
    private final long memory;
    private final AtomicLong right = new AtomicLong();

    private VirtualReaders(DiskFile file, long memory) {
        this.file = file;
        this.memory = memory;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        int readers = Integer.parseInt(arguments[2]);
        IoLimits limits = new IoLimits(32, 16, Integer.parseInt(arguments[3]), 1000);
        CountDownLatch allow = new CountDownLatch(arguments[0].equals("held") ? 1 : 0);
        IoEngine io = arguments[0].equals("held") ? held(allow, limits) : IoEngines.probe(limits);
        Disk disk = new Disk(io, Seams.system(), DiskConfig.DEFAULT);
        long memory = IoEngines.regions().acquire(1 << 20);
        DiskFile file = disk.create(folder.resolve("blocks"), true);
        for (int i = 0; i < readers; i++) {
            Memory.fill(memory, BLOCK, (byte) i);
            file.write((long) i * BLOCK, memory, BLOCK, Lane.MERGE);
        }
        VirtualReaders child = new VirtualReaders(file, memory);
        if (allow.getCount() == 0) child.read(1, disk, allow); // loads classes
        Path pins = folder.resolve("pins.jfr");
        long pinned;
        try (Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold();
            recording.start();
            child.read(readers, disk, allow);
            recording.stop();
            recording.dump(pins);
            pinned = RecordingFile.readAllEvents(pins).stream()
                    .filter(event -> event.getEventType().getName().equals("jdk.VirtualThreadPinned"))
                    .count();
        }
        System.out.println(io.describe());
        System.out.println("virtual most=" + most(disk) + " direct=" + (file.alignment() > 1 ? 1 : 0) + " pinned="
                + pinned + " right=" + child.right.get());
        file.close();
        disk.close();
        io.close();
    }

    private static IoEngine held(CountDownLatch allow, IoLimits limits) {
        return new PosixIo(new IoThreads(SystemIo.TASKS, "held", limits.threadsMax(), 1, limits.queueMax(), () -> {
            await(allow);
            return new SerialBatch(1);
        }));
    }

    private static void await(CountDownLatch allow) {
        try {
            allow.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int most(Disk disk) {
        return disk.metrics().lanes().stream()
                .filter(lane -> lane.lane().equals(Lane.FOREGROUND.label()))
                .findFirst()
                .orElseThrow()
                .inFlightMost();
    }

    private void read(int readers, Disk disk, CountDownLatch allow) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        right.set(0);
        for (int i = 0; i < readers; i++) {
            int block = i;
            threads.add(Thread.ofVirtual().start(() -> readBlock(block)));
        }
        while (most(disk) < readers && threads.stream().anyMatch(Thread::isAlive)) Thread.onSpinWait();
        allow.countDown();
        for (Thread thread : threads) thread.join();
    }

    private void readBlock(int block) {
        long to = memory + (long) block * BLOCK;
        Memory.fill(to, BLOCK, (byte) -1);
        file.read((long) block * BLOCK, to, BLOCK, Lane.FOREGROUND);
        if (Memory.getByte(to) == (byte) block && Memory.getByte(to + BLOCK - 1) == (byte) block)
            right.incrementAndGet();
    }
}
