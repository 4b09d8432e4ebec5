package dev.polder.run;

import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the reads of files, and which of them the test's own thread did: those are what a cursor waits for.
final class ReadCounter {
    private final long owner = Thread.currentThread().threadId();
    private final AtomicLong all = new AtomicLong();
    private final AtomicLong own = new AtomicLong();
    private volatile CountDownLatch background = new CountDownLatch(0);

    IoEngine counting(IoEngine io) {
        return proxy(IoEngine.class, io);
    }

    /// From now on reads of other threads do not return, until [#letGo].
    void hold() {
        background = new CountDownLatch(1);
    }

    void letGo() {
        background.countDown();
    }

    long all() {
        return all.get();
    }

    long own() {
        return own.get();
    }

    private <T> T proxy(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    if (method.getName().equals("read")) {
                        all.incrementAndGet();
                        if (Thread.currentThread().threadId() == owner) own.incrementAndGet();
                        else background.await();
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        return result instanceof IoFile file ? proxy(IoFile.class, file) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
