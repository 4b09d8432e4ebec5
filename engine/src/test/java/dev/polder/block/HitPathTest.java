package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.CodeAttribute;
import org.junit.jupiter.api.Test;

/// What the speed of a hit rests on and no other test would notice: HotSpot compiles a hot method into its callers up
/// to 325 bytes of code (`FreqInlineSize`), one it has rarely seen called up to 35 (`MaxInlineSize`), and leaves a
/// larger one where it is. What follows a hit was rarely called while the pool was cold.
class HitPathTest {
    private static final int INLINED_MAX = 325, INLINED_COLD_MAX = 35;

    @Test
    void aHitIsSmallEnoughToBeInlinedAndTheRestTooLarge() throws IOException {
        assertThat(codeBytes(BlockLoader.class, "locate")).isLessThan(INLINED_MAX / 2);
        assertThat(codeBytes(dev.polder.buffer.BufferPool.class, "findHinted")).isLessThan(INLINED_MAX / 2);
        assertThat(codeBytes(dev.polder.buffer.BufferPool.class, "findSeen")).isLessThan(INLINED_MAX / 2);
        assertThat(codeBytes(BlockLoader.class, "locateSeen")).isLessThan(INLINED_MAX / 2);
        assertThat(codeBytes(BlockRef.class, "countHit")).isLessThanOrEqualTo(INLINED_COLD_MAX);
        assertThat(codeBytes(BlockRef.class, "hit")).isLessThanOrEqualTo(INLINED_COLD_MAX);
        assertThat(codeBytes(BlockRef.class, "optimistic")).isLessThanOrEqualTo(INLINED_COLD_MAX);
        assertThat(codeBytes(BlockRef.class, "release")).isLessThanOrEqualTo(INLINED_COLD_MAX);
        assertThat(codeBytes(BlockRef.class, "valid")).isLessThanOrEqualTo(INLINED_COLD_MAX);
        assertThat(codeBytes(BlockLoader.class, "locateSlowly")).isGreaterThan(INLINED_MAX);
    }

    /// Of the largest method of that name.
    private static int codeBytes(Class<?> type, String method) throws IOException {
        try (var file = type.getResourceAsStream(type.getSimpleName() + ".class")) {
            assertThat(file).isNotNull();
            ClassModel model = ClassFile.of().parse(file.readAllBytes());
            return model.methods().stream()
                    .filter(m -> m.methodName().equalsString(method))
                    .mapToInt(m -> ((CodeAttribute) m.code().orElseThrow()).codeLength())
                    .max()
                    .orElseThrow();
        }
    }
}
