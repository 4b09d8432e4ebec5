/// Races on memory that no lock guards, found by trying every order: a task may be interrupted before each single
/// access.
///
///     Scenario ──▶ Explorer: run it, then again with another choice at the last place where there was one, until none
///                  is left ──▶ a schedule that breaks it, told step by step
///
/// The product knows nothing of it: [Stepping] rewrites the classes of the rooms in question while they are loaded,
/// so that each access to off-heap memory, each operation on an atomic and each volatile field is a call of
/// [Explorer#step] first. What is explored is sequentially consistent; that the fences suffice on the machine at
/// hand is shown by the stress tests.
package dev.polder.interleaved;
