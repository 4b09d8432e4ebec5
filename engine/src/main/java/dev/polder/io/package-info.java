/// How bytes move: one small interface, the engines behind it, and the only native calls of the project.
///
///     IoEngine ◀── UringIo      PosixIo, and batches through io_uring (Linux, where it is not forbidden)
///              ◀── PosixIo      pread, pwrite, fdatasync, O_DIRECT, by foreign function calls (Linux, macOS)
///              ◀── PortableIo   the JDK's channels: everywhere else, or where native access is denied
///              ◀── a simulated disk, in the test kit
///     IoBatch ◀── on a ring of the thread (Rings ▶ ThreadRing ▶ Ring), by a few threads for others (IoThreads),
///                   or one by one (SerialBatch)
///     RegionSource ◀── MappedRegions   the engine's memory
///
/// **Words.** A *short* transfer moves less than asked. A *disturbed* call ([Errno#isTransient]) wants to be asked
/// again. *Direct* I/O passes by the kernel's cache and needs multiples of 4 KiB. A *batch* has several reads and
/// writes *under way*, each in a *slot*. A *ring* is the kernel's io_uring: bound to one thread, and *lent* to it for
/// a batch. Who waits for much on his ring may *poll* for a while ([Polling]). **Always true.** (1) Every failure is
/// a `PolderException` that names the file ([Errno#failure] is where they are made). (2) An interrupt never makes a
/// call fail, and never gets lost. (3) Nothing is retried here but what cannot be seen outside; `disk` has the loop.
/// (4) A transfer has ended before its memory is its owner's again, whatever else has failed.
/// **Threads.** Any number, everywhere; closing a file is for the last of them; a batch is for one at a time. **Start
/// reading at** [IoEngine], then [PosixIo]; for batches at [IoBatch], then [UringIo], [Rings], [Ring].
@NullMarked
package dev.polder.io;

import org.jspecify.annotations.NullMarked;
