package dev.polder.planted;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;

/// One check, run in one world.
final class Trial {
    private static final int WATCHDOG_SECONDS = Integer.getInteger("polder.watchdogSeconds", 60);

    private Trial() {}

    /// Why the check fails there, or `null` if it passes. A check that never ends fails too.
    static Throwable run(MutantLoader world, String check) throws InterruptedException {
        return run(world, check, WATCHDOG_SECONDS);
    }

    static Throwable run(MutantLoader world, String check, int watchdogSeconds) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().daemon().name("trial " + check).start(() -> {
            try {
                invoke(world, check);
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        thread.join(watchdogSeconds * 1000L);
        if (!thread.isAlive()) return failure.get();
        Throwable stuck = new AssertionError("the check has not ended after " + watchdogSeconds + " s");
        stuck.setStackTrace(thread.getStackTrace());
        return stuck;
    }

    private static void invoke(MutantLoader world, String check) throws Throwable {
        int dot = check.lastIndexOf('.');
        Class<?> type = world.loadClass("dev.polder." + check.substring(0, dot));
        Method method = type.getDeclaredMethod(check.substring(dot + 1));
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object instance = constructor.newInstance();
        try {
            before(type, instance);
            invoke(method, instance);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /// What is done before each test, that of the classes above first.
    private static void before(Class<?> type, Object instance) throws ReflectiveOperationException {
        if (type == Object.class) return;
        before(type.getSuperclass(), instance);
        for (Method each : type.getDeclaredMethods())
            if (each.isAnnotationPresent(BeforeEach.class)) invoke(each, instance);
    }

    private static void invoke(Method method, Object instance) throws ReflectiveOperationException {
        method.setAccessible(true);
        method.invoke(instance);
    }

    /// Whether the world itself is broken, not the check: a mutation that makes no valid class proves nothing.
    static boolean isBrokenWorld(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof LinkageError || t instanceof ReflectiveOperationException) return true;
        }
        return false;
    }

    /// The failure in one line: its innermost cause says most.
    static String describe(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) innermost = innermost.getCause();
        String message = String.valueOf(innermost.getMessage())
                .strip()
                .lines()
                .findFirst()
                .orElse("");
        String text = innermost.getClass().getSimpleName() + ": " + message;
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
