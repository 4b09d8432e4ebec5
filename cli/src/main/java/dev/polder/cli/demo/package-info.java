/// What `polder demo` shows and proves: far more data than memory, memory that stays flat, and a killed writer that
/// loses nothing.
///
///     [DemoCommand] ─▶ [Demo] ─▶ real data ─▶ generated data ─▶ read back ─▶ kill and recover ─▶ verify ─▶ last line
///                        │        (CSV)        [GeneratedRecords]             [CrashRound]
///                        ▼                                                        │ starts and kills
///                     [Screen]  progress, throughput, RSS [RssMeter]              ▼
///                                                                     a child process: [WriterCommand]
///
/// **Words.** A batch is *acknowledged* when the child printed its number after the commit returned; it is *lost* if
/// it was acknowledged and is not there whole after the kill; *torn* if a part of it is there. *Wrong* is a value
/// whose bytes are not the generator's.
/// **Always true.** (1) Parent and child never have the store open at the same time. (2) Only processes started here
/// are ended here. (3) The last line says `ok` only if nothing was wrong, lost or torn, and memory stayed below its
/// limit.
@NullMarked
package dev.polder.cli.demo;

import org.jspecify.annotations.NullMarked;
