/// What the engine tells a flight recorder (JFR), if one listens.
///
///     engine code ──▶ Events: does anybody listen? ──no──▶ null, and nothing happened
///                                │ yes
///                                ▼
///                     DeviceRead, Sync, Merge, … begun ──▶ the work ──▶ end(…): written, if it took long enough
///
/// **Words.** A *timed* event spans some work; a *moment* has no length; a *periodic* one is asked for by the recorder.
/// **Always true.** (1) While nobody listens an event costs a load and a branch: no object, no clock, no class of the
/// JDK's recorder. (2) Without the module `jdk.jfr` the engine runs as if nobody ever listened. (3) No event can make
/// what it tells of fail, or change what it does.
/// **Threads.** Any; an event object is for one at a time. **Start reading at** [Events]; every event with its fields
/// and units is in `docs/metrics.md`.
@NullMarked
package dev.polder.events;

import org.jspecify.annotations.NullMarked;
