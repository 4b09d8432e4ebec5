package dev.polder.planted;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// One small change to the code of one method. Where it goes is said by what the source says there, not by offsets:
/// the *anchor* is the n-th call of a method, the n-th read of a field, or the n-th use of a number.
///
/// A change that finds no place, or a method that is not there, is an error: when the code moves on, its planted bug
/// must move with it and cannot become a bug that no longer exists.
final class Mutation {
    /// What is changed, seen from the anchor.
    private sealed interface Change {}

    /// The anchor itself.
    private record Here(BiConsumer<CodeBuilder, CodeElement> rewrite) implements Change {}

    /// The next conditional jump behind it, after so many others.
    private record NextCondition(Jump jump, int skipped) implements Change {}

    /// The next unconditional jump behind it becomes a return.
    private record NextLoop() implements Change {}

    /// The whole body, wherever the anchor is.
    private record Body(long returned) implements Change {}

    private enum Jump {
        ALWAYS,
        NEVER,
        NEGATED
    }

    private final Anchor anchor;
    private final Change change;

    private Mutation(Anchor anchor, Change change) {
        this.anchor = anchor;
        this.change = change;
    }

    /// A place in the code of a method.
    record Anchor(Predicate<CodeElement> matches, int nth) {
        Anchor nth(int other) {
            return new Anchor(matches, other);
        }

        /// The call does not happen; its result is 0, false or null.
        Mutation dropped() {
            return giving(0);
        }

        /// The call does not happen; its result is this.
        Mutation giving(long result) {
            return here((code, element) -> {
                InvokeInstruction call = (InvokeInstruction) element;
                List<ClassDesc> parameters = call.typeSymbol().parameterList();
                for (ClassDesc parameter : parameters.reversed()) pop(code, TypeKind.from(parameter));
                if (call.opcode() != Opcode.INVOKESTATIC) code.pop();
                load(code, TypeKind.from(call.typeSymbol().returnType()), result);
            });
        }

        /// A static call of one argument does not happen; its result is the argument.
        Mutation passedThrough() {
            return here((code, element) -> {});
        }

        /// The number that the call, the field or the constant gives is off by so much.
        Mutation plus(int delta) {
            return here((code, element) -> {
                code.with(element);
                if (kindOf(element) == TypeKind.LONG)
                    code.loadConstant((long) delta).ladd();
                else code.loadConstant(delta).iadd();
            });
        }

        /// The call's last two arguments, alike in width, change places.
        Mutation withArgumentsSwapped() {
            return here((code, element) -> {
                if (lastArgument(element).slotSize() == 2) code.dup2_x2().pop2();
                else code.swap();
                code.with(element);
            });
        }

        /// The call gets the last but one argument twice, and never the last.
        Mutation withFirstArgumentTwice() {
            return here((code, element) -> code.pop().dup().with(element));
        }

        /// The call's last argument is 0.
        Mutation withLastArgumentZero() {
            return here((code, element) -> {
                TypeKind kind = lastArgument(element);
                pop(code, kind);
                load(code, kind, 0);
                code.with(element);
            });
        }

        /// The next condition behind this place is taken as if it did not hold, and its block as if it did not exist:
        /// the conditional jump over the block always happens.
        Mutation thenJump() {
            return new Mutation(this, new NextCondition(Jump.ALWAYS, 0));
        }

        /// The next conditional jump behind this place never happens.
        Mutation thenNoJump() {
            return new Mutation(this, new NextCondition(Jump.NEVER, 0));
        }

        /// The next condition behind this place is turned round.
        Mutation thenNegated() {
            return new Mutation(this, new NextCondition(Jump.NEGATED, 0));
        }

        /// The next unconditional jump behind this place (back to the head of a loop) is a return.
        Mutation thenReturn() {
            return new Mutation(this, new NextLoop());
        }

        private Mutation here(BiConsumer<CodeBuilder, CodeElement> rewrite) {
            return new Mutation(this, new Here(rewrite));
        }
    }

    static Anchor call(String name) {
        return new Anchor(e -> e instanceof InvokeInstruction i && i.name().equalsString(name), 1);
    }

    static Anchor field(String name) {
        return new Anchor(
                e -> e instanceof FieldInstruction f
                        && (f.opcode() == Opcode.GETFIELD || f.opcode() == Opcode.GETSTATIC)
                        && f.name().equalsString(name),
                1);
    }

    static Anchor constant(int value) {
        return new Anchor(
                e -> e instanceof ConstantInstruction c
                        && c.constantValue() instanceof Number number
                        && number.longValue() == value
                        && !(number instanceof Double || number instanceof Float),
                1);
    }

    /// The method does nothing but return this number (or false, true, nothing).
    static Mutation returning(long value) {
        return new Mutation(new Anchor(_ -> false, 1), new Body(value));
    }

    /// The change is not at the next conditional jump, but at one after that.
    Mutation skipping(int jumps) {
        return new Mutation(anchor, new NextCondition(((NextCondition) change).jump, jumps));
    }

    /// Changes the one method of this name; `name(Type,Type)` tells overloads apart, and `name*` means one that
    /// begins so, as the compiler numbers lambdas.
    byte[] apply(ClassFile classFile, ClassModel model, String method) {
        List<MethodModel> methods =
                model.methods().stream().filter(m -> isCalled(m, method)).toList();
        if (methods.size() != 1) {
            throw new IllegalStateException(model.thisClass().asInternalName() + " has " + methods.size() + " methods "
                    + method + ", not one: mend the planted bug");
        }
        Walk walk = new Walk();
        MethodModel chosen = methods.getFirst();
        byte[] changed = classFile.transformClass(
                model, ClassTransform.transformingMethods(m -> m == chosen, (builder, element) -> {
                    if (element instanceof CodeModel code) {
                        if (change instanceof Body(long value))
                            builder.withCode(to -> walk.returnAtOnce(to, chosen, value));
                        else builder.transformCode(code, walk);
                    } else {
                        builder.with(element);
                    }
                }));
        if (walk.applied != 1) {
            throw new IllegalStateException(model.thisClass().asInternalName() + "." + method + " was changed in "
                    + walk.applied + " places, not one: mend the planted bug");
        }
        return changed;
    }

    private static boolean isCalled(MethodModel method, String wanted) {
        String parameters = method.methodTypeSymbol().parameterList().stream()
                .map(ClassDesc::displayName)
                .map(name -> name.substring(name.lastIndexOf('$') + 1))
                .collect(Collectors.joining(","));
        String name = method.methodName().stringValue();
        int list = wanted.indexOf('(');
        if (list >= 0 && !wanted.substring(list).equals("(" + parameters + ")")) return false;
        String wantedName = list >= 0 ? wanted.substring(0, list) : wanted;
        return wantedName.endsWith("*")
                ? name.startsWith(wantedName.substring(0, wantedName.length() - 1))
                : name.equals(wantedName);
    }

    /// Goes through a method once.
    private final class Walk implements CodeTransform {
        private int applied;
        private int seen;
        private boolean behind;
        private int conditions;

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            if (behind && element instanceof BranchInstruction branch) {
                atJump(code, branch);
            } else if (anchor.matches.test(element) && ++seen == anchor.nth) {
                if (change instanceof Here(var rewrite)) {
                    rewrite.accept(code, element);
                    applied++;
                } else {
                    code.with(element);
                    behind = true;
                }
            } else {
                code.with(element);
            }
        }

        private void atJump(CodeBuilder code, BranchInstruction branch) {
            boolean conditional = branch.opcode() != Opcode.GOTO && branch.opcode() != Opcode.GOTO_W;
            if (change instanceof NextCondition(Jump jump, int skipped) && conditional && conditions++ == skipped) {
                change(code, branch, jump);
            } else if (change instanceof NextLoop && !conditional) {
                code.return_();
            } else {
                code.with(branch);
                return;
            }
            applied++;
            behind = false;
        }

        private static void change(CodeBuilder code, BranchInstruction branch, Jump jump) {
            Label target = branch.target();
            if (jump == Jump.NEGATED) {
                Label on = code.newLabel();
                code.with(BranchInstruction.of(branch.opcode(), on))
                        .goto_(target)
                        .labelBinding(on);
                return;
            }
            code.pop();
            if (operands(branch.opcode()) == 2) code.pop();
            if (jump == Jump.ALWAYS) code.goto_(target);
        }

        private void returnAtOnce(CodeBuilder code, MethodModel method, long value) {
            TypeKind kind = TypeKind.from(method.methodTypeSymbol().returnType());
            load(code, kind, value);
            code.return_(kind);
            applied++;
        }
    }

    private static int operands(Opcode opcode) {
        return switch (opcode) {
            case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE, IFNULL, IFNONNULL -> 1;
            default -> 2;
        };
    }

    private static TypeKind kindOf(CodeElement element) {
        return switch (element) {
            case InvokeInstruction i -> TypeKind.from(i.typeSymbol().returnType());
            case FieldInstruction f -> TypeKind.from(f.typeSymbol());
            case ConstantInstruction c -> c.typeKind();
            default -> throw new IllegalStateException("not a value: " + element);
        };
    }

    private static TypeKind lastArgument(CodeElement element) {
        return TypeKind.from(
                ((InvokeInstruction) element).typeSymbol().parameterList().getLast());
    }

    private static void pop(CodeBuilder code, TypeKind kind) {
        if (kind.slotSize() == 2) code.pop2();
        else code.pop();
    }

    private static void load(CodeBuilder code, TypeKind kind, long value) {
        switch (kind) {
            case VOID -> {}
            case LONG -> code.loadConstant(value);
            case REFERENCE -> code.aconst_null();
            case FLOAT -> code.loadConstant((float) value);
            case DOUBLE -> code.loadConstant((double) value);
            default -> code.loadConstant((int) value);
        }
    }
}
