package dev.polder.cli.load;

/// One record, ready to be stored. The arrays are the receiver's to keep.
final class SourceRecord {
    private final byte[] key;
    private final byte[] value;
    private final Place place;

    SourceRecord(byte[] key, byte[] value, Place place) {
        this.key = key;
        this.value = value;
        this.place = place;
    }

    byte[] key() {
        return key;
    }

    byte[] value() {
        return value;
    }

    Place place() {
        return place;
    }
}
