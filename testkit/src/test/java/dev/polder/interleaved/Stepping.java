package dev.polder.interleaved;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.Set;
import java.util.stream.Collectors;

/// Puts a call of [Explorer#step] before every access to memory that others may see without a lock.
public final class Stepping {
    private static final ClassDesc EXPLORER = ClassDesc.of("dev.polder.interleaved.Explorer");
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(ConstantDescs.CD_void);
    private static final String MEMORY = "dev/polder/memory/Memory";
    private static final String ATOMICS = "java/util/concurrent/atomic/";

    private Stepping() {}

    public static byte[] apply(byte[] bytes, ClassLoader types) {
        ClassFile classFile = ClassFile.of(
                ClassFile.DebugElementsOption.DROP_DEBUG,
                ClassFile.ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(types).cached()));
        ClassModel model = classFile.parse(bytes);
        Set<String> volatiles = model.fields().stream()
                .filter(field -> field.flags().has(AccessFlag.VOLATILE))
                .map(field -> field.fieldName().stringValue())
                .collect(Collectors.toSet());
        return classFile.transformClass(
                model, ClassTransform.transformingMethodBodies((CodeBuilder code, CodeElement element) -> {
                    if (isShared(element, volatiles)) code.invokestatic(EXPLORER, "step", NOTHING);
                    code.with(element);
                }));
    }

    private static boolean isShared(CodeElement element, Set<String> volatiles) {
        return switch (element) {
            case InvokeInstruction call -> {
                String owner = call.owner().asInternalName();
                String name = call.name().stringValue();
                yield (owner.equals(MEMORY) && isAccess(name)) || (owner.startsWith(ATOMICS) && !name.equals("<init>"));
            }
            case FieldInstruction field -> volatiles.contains(field.name().stringValue());
            default -> false;
        };
    }

    private static boolean isAccess(String name) {
        return name.startsWith("get") || name.startsWith("put") || name.startsWith("compareAndSet");
    }
}
