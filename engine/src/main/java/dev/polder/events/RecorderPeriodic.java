package dev.polder.events;

import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/// Registers the periodic events as soon as there is a recorder: at once, or when somebody starts it.
///
/// Nobody waits here for another: the recorder holds its own lock while it tells that it was started, and a close may
/// come from a thread that holds ours. A registration that comes after the close is taken back by whoever notices.
final class RecorderPeriodic implements Events.Periodic, FlightRecorderListener {
    private final Runnable pool;
    private final Runnable disk;
    private volatile boolean closed;

    RecorderPeriodic(Runnable pool, Runnable disk) {
        this.pool = () -> {
            if (!closed) pool.run();
        };
        this.disk = () -> {
            if (!closed) disk.run();
        };
        FlightRecorder.addListener(this);
    }

    @Override
    public void recorderInitialized(FlightRecorder recorder) {
        FlightRecorder.addPeriodicEvent(PoolState.class, pool);
        FlightRecorder.addPeriodicEvent(DiskState.class, disk);
        if (closed) remove();
    }

    @Override
    public void close() {
        closed = true;
        FlightRecorder.removeListener(this);
        remove();
    }

    private void remove() {
        if (!FlightRecorder.isInitialized()) return;
        FlightRecorder.removePeriodicEvent(pool);
        FlightRecorder.removePeriodicEvent(disk);
    }
}
