package dev.polder.buffer;

import dev.polder.memory.Memory;

/// The free frames of one class: a list linked through the descriptors in both directions, so that those of a
/// unit that leaves the class can be taken out. Frame 0 exists, so links hold the frame's number plus one; 0
/// ends the list. Under the pool's mutex.
final class FreeFrames {
    private final long descriptors;
    private int first;
    private int count;

    FreeFrames(long descriptors) {
        this.descriptors = descriptors;
    }

    int count() {
        return count;
    }

    void add(int frame) {
        link(0, frame + 1);
        link(frame + 1, first);
        first = frame + 1;
        count++;
    }

    /// A frame, or -1.
    int take() {
        if (first == 0) return -1;
        int frame = first - 1;
        remove(frame);
        return frame;
    }

    void remove(int frame) {
        long descriptor = descriptor(frame + 1);
        int previous = Memory.getInt(descriptor + FrameDescriptor.PREVIOUS_FREE);
        int next = Memory.getInt(descriptor + FrameDescriptor.NEXT_FREE);
        if (previous == 0) first = next;
        link(previous, next);
        count--;
    }

    private void link(int previous, int next) {
        if (previous != 0) Memory.putInt(descriptor(previous) + FrameDescriptor.NEXT_FREE, next);
        if (next != 0) Memory.putInt(descriptor(next) + FrameDescriptor.PREVIOUS_FREE, previous);
    }

    private long descriptor(int link) {
        return descriptors + (long) (link - 1) * FrameDescriptor.BYTES;
    }
}
