package dev.polder.testkit;

/// The power went out: nothing after this happened. An [Error], so that no engine code catches it by mistake;
/// everything unwinds, and what is left is what [SimulatedIo#crashImage] says.
public final class PowerCutError extends Error {
    private static final long serialVersionUID = 1L;

    public PowerCutError(String message) {
        super(message);
    }
}
