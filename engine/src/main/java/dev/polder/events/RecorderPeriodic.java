package dev.polder.events;

import java.util.Map;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/// Registers the periodic events as soon as there is a recorder: at once, or when somebody starts it.
///
/// Nobody waits here for another: the recorder holds its own lock while it tells that it was started, and a close may
/// come from a thread that holds ours. A registration that comes after the close is taken back by whoever notices.
final class RecorderPeriodic implements Events.Periodic, FlightRecorderListener {
    private final Map<Class<? extends Event>, Runnable> states;
    private volatile boolean closed;

    RecorderPeriodic(Events.States told) {
        states = Map.of(
                PoolState.class, unlessClosed(told.pool()),
                FrameState.class, unlessClosed(told.frames()),
                MemoryState.class, unlessClosed(told.memory()),
                DiskState.class, unlessClosed(told.disk()));
        FlightRecorder.addListener(this);
    }

    private Runnable unlessClosed(Runnable tell) {
        return () -> {
            if (!closed) tell.run();
        };
    }

    @Override
    public void recorderInitialized(FlightRecorder recorder) {
        states.forEach(FlightRecorder::addPeriodicEvent);
        if (closed) remove();
    }

    @Override
    public void close() {
        closed = true;
        FlightRecorder.removeListener(this);
        remove();
    }

    private void remove() {
        if (FlightRecorder.isInitialized()) states.values().forEach(FlightRecorder::removePeriodicEvent);
    }
}
