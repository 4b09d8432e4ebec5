package dev.polder.store;

/// How a store is opened.
///
/// @param create   make the store if the directory holds none
/// @param readOnly change nothing on disk; writes are refused
/// @param logged   for a new store: keep a log (durable per write), or none (durable by flushes and merges only)
public record StoreSettings(boolean create, boolean readOnly, boolean logged) {}
