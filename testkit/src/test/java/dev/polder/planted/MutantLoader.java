package dev.polder.planted;

import dev.polder.interleaved.Stepping;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// A world of its own: loads every class of Polder, product and tests, once more, and one of them with a change. So
/// the product has no switches, and nobody else in this JVM meets the bug.
final class MutantLoader extends ClassLoader {
    private static final ClassLoader PARENT = MutantLoader.class.getClassLoader();
    private static final Map<String, byte[]> BYTES = new ConcurrentHashMap<>();

    /// Shared by all worlds: memory cannot be given back, so there must not be one for each.
    private static final Set<String> SHARED = Set.of(SharedRegions.class.getName());

    private final String mutant;
    private final byte[] mutantBytes;
    private final Predicate<String> stepped;

    /// @param bug `null` for a world without one
    MutantLoader(PlantedBug bug) {
        this(bug, name -> false);
    }

    /// @param stepped classes that tell [dev.polder.interleaved.Explorer] of each access to shared memory
    MutantLoader(PlantedBug bug, Predicate<String> stepped) {
        super("planted", PARENT);
        this.stepped = stepped;
        mutant = bug == null ? "" : bug.className();
        mutantBytes = bug == null ? new byte[0] : mutate(bug);
    }

    private static byte[] mutate(PlantedBug bug) {
        ClassFile classFile = ClassFile.of(
                ClassFile.DebugElementsOption.DROP_DEBUG, // tables of variables would have to be changed too
                ClassFile.ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(PARENT).cached()));
        return bug.mutation().apply(classFile, classFile.parse(bytes(bug.className())), bug.method());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("dev.polder.") || SHARED.contains(name)) return super.loadClass(name, resolve);
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) return known;
            byte[] bytes = name.equals(mutant) ? mutantBytes : bytes(name);
            if (stepped.test(name)) bytes = Stepping.apply(bytes, PARENT);
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    private static byte[] bytes(String name) {
        return BYTES.computeIfAbsent(name, MutantLoader::read);
    }

    private static byte[] read(String name) {
        try (InputStream in = PARENT.getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) throw new IllegalStateException("there is no class " + name);
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("class " + name + " could not be read", e);
        }
    }
}
