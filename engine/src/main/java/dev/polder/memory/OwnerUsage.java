package dev.polder.memory;

/// What one owner holds at one moment.
///
/// @param floorBytes   never lent to others
/// @param ceilingBytes never passed
/// @param leasedBytes  held now, in whole units
/// @param peakBytes    the most it ever held
public record OwnerUsage(Owner owner, long floorBytes, long ceilingBytes, long leasedBytes, long peakBytes) {}
