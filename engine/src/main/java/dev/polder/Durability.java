package dev.polder;

/// What a returned write has survived.
public enum Durability {
    /// Synced to the device: survives a power cut. The default.
    SYNCED,
    /// Handed to the operating system: survives the death of the process; a power cut may take the last ones, always
    /// from the end.
    BUFFERED
}
