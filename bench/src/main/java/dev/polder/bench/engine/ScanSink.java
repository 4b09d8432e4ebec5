package dev.polder.bench.engine;

/// Where a scan's entries end: it touches both ends of each key and value, so that no copy can be optimised away.
public final class ScanSink {
    public final byte[] key;
    public final byte[] value;
    private long entries;
    private long touched;

    public ScanSink(int keyBytes, int valueBytes) {
        key = new byte[keyBytes];
        value = new byte[valueBytes];
    }

    public void accept(byte[] entryKey, int keyBytes, byte[] entryValue, int valueBytes) {
        entries++;
        touched += entryKey[0] + entryKey[keyBytes - 1] + entryValue[0] + entryValue[valueBytes - 1];
    }

    public long entries() {
        return entries;
    }

    public long touched() {
        return touched;
    }
}
