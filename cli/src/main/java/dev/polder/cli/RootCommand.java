package dev.polder.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "polder",
        synopsisSubcommandLabel = "COMMAND",
        description = "An embedded storage engine that stays inside its memory budget: its stores, from outside.",
        versionProvider = RootCommand.Version.class,
        commandListHeading = "%nCommands (more with: polder help COMMAND):%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder demo --quick",
            "  polder load data --space zips --key zip_code demo/data/zipcodes.csv",
            "  polder get data --space zips 00501",
            "  polder scan data --space zips --prefix 005",
            "",
            "Benchmarks are a program of their own: polder bench --help",
            "",
            "Exit status:",
            "  0  done",
            "  1  no: not found, damaged, or a record of the input that cannot be stored",
            "  2  the command line cannot be understood",
            "  3  the store refuses: no store there, open elsewhere, a newer format, a budget too small",
            "  4  input or output failed: no such file, no permission, a full or failing device"
        })
final class RootCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "show the version")
    boolean version;

    RootCommand(Console console) {
        this.console = console;
    }

    /// `polder` alone: the help, but as a failure, so that a script that lost its arguments notices.
    @Override
    public Integer call() {
        console.noteRaw(spec.commandLine().getUsageMessage(CommandLine.Help.Ansi.OFF));
        return Exit.USAGE;
    }

    /// The version Maven wrote into the jar.
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties jar = new Properties();
            try (InputStream in =
                    RootCommand.class.getResourceAsStream("/META-INF/maven/dev.polder/polder-cli/pom.properties")) {
                if (in != null) jar.load(in);
            }
            String version = jar.getProperty("version", "(not run from its jar)");
            return new String[] {"polder " + version + ", Java " + Runtime.version()};
        }
    }
}
