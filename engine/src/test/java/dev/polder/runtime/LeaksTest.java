package dev.polder.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class LeaksTest {
    @Test
    void aChoiceIsNamedInAnyCase() {
        assertThat(Leaks.of("tell")).isEqualTo(Leaks.TELL);
        assertThat(Leaks.of("Trace")).isEqualTo(Leaks.TRACE);
        assertThat(Leaks.of("FAIL")).isEqualTo(Leaks.FAIL);
    }

    @Test
    void anotherNameIsRefusedWithThoseThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Leaks.of("fial"))
                .withMessageContaining("-Dpolder.leaks=fial")
                .withMessageContaining("tell, trace or fail");
    }
}
