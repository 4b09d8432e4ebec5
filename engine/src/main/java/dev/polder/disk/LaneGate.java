package dev.polder.disk;

import dev.polder.errors.BackpressureException;
import dev.polder.metrics.LaneMetrics;
import dev.polder.runtime.Clock;
import dev.polder.runtime.Tasks;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The way of one lane's transfers to the device, and its counters.
///
///     transfer ──▶ [ the lane's places ] ──▶ [ the places of all lanes ] ──▶ device ──▶ leave both
///                    first come, first served    by rank: see Turnstile
///
/// Whoever waits for the second holds one of the first, so at most the sum of the lanes' places wait there.
///
/// **Why nobody waits for ever**, with every place taken: a single transfer that waits for a place waits for
/// single ones only, which are in the device or wait for others in the device. A batched one waits only while its
/// batch has nothing under way ([DiskBatch]), so those it waits for come to an end without it.
final class LaneGate {
    /// Turns within the lane that a batched transfer lets single ones have.
    private static final int BATCH_PATIENCE = 16;

    private final Lane lane;
    private final DiskConfig.LaneConfig config;
    private final Clock clock;
    private final Turnstile places;
    private final Turnstile placesOfAll;
    private final DepthControl depth;

    final OperationCounters reads = new OperationCounters();
    final OperationCounters writes = new OperationCounters();
    final OperationCounters syncs = new OperationCounters();
    final LongAdder merged = new LongAdder();
    /// Of [WriteBehind]: pieces that went out with others, and bytes that it holds now.
    final LongAdder coalesced = new LongAdder();
    final LongAdder aheadBytes = new LongAdder();
    final LongAdder wastedAheadBytes = new LongAdder();
    final LongAdder staged = new LongAdder();
    private final LongAdder behindWaits = new LongAdder();
    private final AtomicLong behindWaitMax = new AtomicLong();
    private final LongAdder waited = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final AtomicLong stallMax = new AtomicLong();

    LaneGate(
            Lane lane,
            DiskConfig.LaneConfig config,
            Turnstile placesOfAll,
            DepthControl depth,
            Clock clock,
            Tasks tasks) {
        this.lane = lane;
        this.config = config;
        this.clock = clock;
        this.places = new Turnstile("lane " + lane.label(), config.inFlightMax(), clock, tasks);
        this.placesOfAll = placesOfAll;
        this.depth = depth;
    }

    /// One transfer that has its turn, until it leaves.
    final class Turn {
        private final Operation operation;
        private final boolean batch;
        private final long asked;
        private final long entered;

        private Turn(Operation operation, boolean batch, long asked, long entered) {
            this.operation = operation;
            this.batch = batch;
            this.asked = asked;
            this.entered = entered;
        }

        /// Once; the transfer has ended.
        void leave() {
            long now = clock.nanoTime();
            counters(operation).device.record(now - entered);
            if (now - asked > stallMax.get()) stallMax.accumulateAndGet(now - asked, Math::max);
            placesOfAll.leave(batch);
            places.leave(batch);
            depth.ended(lane, operation, now - entered);
        }
    }

    /// Returns when it is this transfer's turn.
    ///
    /// @throws BackpressureException when it has waited as long as the lane allows. Not for a sync: whoever wants
    /// one has written already
    Turn enter(Operation operation) {
        return enter(operation, false);
    }

    /// The same for somebody who must not be refused: it takes as long as it takes.
    Turn enterHowever(Operation operation) {
        Turn turn = enterOrNull(operation);
        return turn != null ? turn : await(operation, false, Long.MAX_VALUE);
    }

    /// For a transfer of a batch.
    Turn enterBatched(Operation operation) {
        return enter(operation, true);
    }

    /// If there is room at once.
    @Nullable
    Turn enterOrNull(Operation operation) {
        return enterOrNull(operation, false);
    }

    /// The same for a transfer of a batch.
    @Nullable
    Turn enterBatchedOrNull(Operation operation) {
        return enterOrNull(operation, true);
    }

    private @Nullable Turn enterOrNull(Operation operation, boolean batch) {
        if (!places.tryEnter(batch)) return null;
        if (!placesOfAll.tryEnter(batch)) {
            places.leave(batch);
            return null;
        }
        long now = clock.nanoTime();
        return new Turn(operation, batch, now, now);
    }

    private Turn enter(Operation operation, boolean batch) {
        Turn turn = enterOrNull(operation, batch);
        if (turn != null) return turn;
        boolean bounded = operation != Operation.SYNC && config.waitMillisMax() > 0;
        return await(operation, batch, bounded ? config.waitMillisMax() * 1_000_000 : Long.MAX_VALUE);
    }

    private Turn await(Operation operation, boolean batch, long nanosMax) {
        waited.increment();
        long asked = clock.nanoTime();
        boolean mine = places.tryEnter(batch) || places.enter(batch, batch ? BATCH_PATIENCE : 0, nanosMax);
        if (mine && !placesOfAll.tryEnter(batch)) {
            mine = false;
            try {
                mine = placesOfAll.enter(batch, config.patience(), nanosMax - (clock.nanoTime() - asked));
            } finally {
                if (!mine) places.leave(batch);
            }
        }
        long entered = clock.nanoTime();
        counters(operation).queued().record(entered - asked);
        if (mine) return new Turn(operation, batch, asked, entered);
        if (entered - asked > stallMax.get()) stallMax.accumulateAndGet(entered - asked, Math::max);
        refused.increment();
        throw new BackpressureException("the disk was busy for " + config.waitMillisMax() + " ms: lane=" + lane.label()
                + " operation=" + operation + " inFlight=" + places.inside() + " of " + places.limit()
                + ", in all lanes " + placesOfAll.inside() + " of " + placesOfAll.limit()
                + "; nothing was moved. Try again later, or look at the device.");
    }

    private OperationCounters counters(Operation operation) {
        return switch (operation) {
            case READ -> reads;
            case WRITE -> writes;
            case SYNC -> syncs;
        };
    }

    /// For [DepthControl]: a share of the lane's places.
    void narrow(int level, int levels) {
        places.limit(Math.max(1, config.inFlightMax() * level / levels));
    }

    long nanoTime() {
        return clock.nanoTime();
    }

    /// A writer waited for what is written behind it.
    void waitedForWrites(long nanos) {
        behindWaits.increment();
        behindWaitMax.accumulateAndGet(nanos, Math::max);
    }

    String label() {
        return lane.label();
    }

    LaneMetrics metrics() {
        return new LaneMetrics(
                lane.label(),
                reads.metrics(),
                writes.metrics(),
                syncs.metrics(),
                merged.sum(),
                coalesced.sum(),
                staged.sum(),
                behindWaits.sum(),
                behindWaitMax.get(),
                aheadBytes.sum(),
                wastedAheadBytes.sum(),
                waited.sum(),
                refused.sum(),
                places.inside(),
                places.most(),
                places.limit(),
                places.waiting(),
                stallMax.get());
    }
}
