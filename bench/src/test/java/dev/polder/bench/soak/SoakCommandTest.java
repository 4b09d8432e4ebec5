package dev.polder.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SoakCommandTest {
    @TempDir
    Path folder;

    @Test
    void aFewSecondsOfItPassAndLeaveNothing() {
        Path data = folder.resolve("data");
        int status = new CommandLine(new SoakCommand())
                .execute(
                        "--minutes",
                        "0.05",
                        "--threads",
                        "20",
                        "--keys",
                        "200",
                        "--memory",
                        "16MiB",
                        "--folder",
                        data.toString());
        assertThat(status).isZero();
        assertThat(data).doesNotExist();
    }

    @Test
    void aFolderThatIsThereIsLeftAlone() {
        CommandLine command = new CommandLine(new SoakCommand());
        command.setExecutionExceptionHandler((failure, _, _) -> failure instanceof IllegalArgumentException ? 2 : 1);
        assertThat(command.execute("--minutes", "0.05", "--folder", folder.toString()))
                .isEqualTo(2);
    }
}
