package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.memory.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Memory nodes, on machines that are made up, and the kernel's call on the one that is there.
class NumaTest {
    @TempDir
    Path folder;

    private final List<String> calls = new ArrayList<>();

    private NumaPlacement placement(int node, int... nodes) {
        return new NumaPlacement(nodes, node, (address, bytes, mode, mask) -> {
            StringBuilder text = new StringBuilder("mode " + mode + ":");
            for (long word : mask) text.append(' ').append(HexFormat.of().toHexDigits(word));
            calls.add(text + " at " + address + " for " + bytes);
            return 0;
        });
    }

    @Test
    void theKernelsListsAreRead() throws IOException {
        assertThat(NumaNodes.parse("0\n")).containsExactly(0);
        assertThat(NumaNodes.parse("0-3")).containsExactly(0, 1, 2, 3);
        assertThat(NumaNodes.parse("0-1,4,8-9\n")).containsExactly(0, 1, 4, 8, 9);
        Files.writeString(folder.resolve("online"), "0-1\n");
        assertThat(NumaNodes.read(folder)).containsExactly(0, 1);
        Files.writeString(folder.resolve("has_memory"), "1\n");
        assertThat(NumaNodes.read(folder))
                .as("nodes without memory do not count")
                .containsExactly(1);
    }

    @Test
    void whatCannotBeReadIsOneNode() throws IOException {
        assertThat(NumaNodes.read(folder.resolve("nowhere"))).containsExactly(0);
        Files.writeString(folder.resolve("has_memory"), "nonsense");
        Files.writeString(folder.resolve("online"), "0-99999");
        assertThat(NumaNodes.read(folder)).containsExactly(0);
    }

    @Test
    void oneNodePaysNothing() {
        NumaPlacement placement = placement(NumaPlacement.INTERLEAVED, 0);
        placement.place(4096, 1 << 20);
        assertThat(calls).isEmpty();
        assertThat(placement.describe()).isEqualTo("one memory node");
    }

    @Test
    void severalNodesAreInterleaved() {
        NumaPlacement placement = placement(NumaPlacement.INTERLEAVED, 0, 1, 65);
        placement.place(4096, 1 << 20);
        assertThat(calls).containsExactly("mode 3: 0000000000000003 0000000000000002 at 4096 for 1048576");
        assertThat(placement.describe()).isEqualTo("3 memory nodes, interleaved");
    }

    @Test
    void orTheRegionIsBoundToOne() {
        NumaPlacement placement = placement(1, 0, 1);
        placement.place(8192, 4096);
        assertThat(calls).containsExactly("mode 2: 0000000000000002 at 8192 for 4096");
        assertThat(placement.describe()).isEqualTo("2 memory nodes, bound to node 1");
        assertThatThrownBy(() -> placement(2, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numaNode=2")
                .hasMessageContaining("[0, 1]");
    }

    @Test
    void aRefusalIsSaidAndNothingElse() {
        NumaPlacement placement =
                new NumaPlacement(new int[] {0, 1}, NumaPlacement.INTERLEAVED, (_, _, _, _) -> -Errno.EPERM);
        placement.place(4096, 4096);
        assertThat(placement.describe()).contains("refused").contains("errno 1");
    }

    @Test
    void theKernelTakesTheCallOrSaysNo() {
        if (!Platform.LINUX || !IoEngines.posixSupported()) {
            System.err.println("SKIPPED: the call is Linux's, or native calls are not allowed here");
            return;
        }
        MappedRegions regions = new MappedRegions(new NumaPlacement(new int[] {0}, 0, (_, _, _, _) -> 0));
        long address = regions.acquire(2 << 20);
        Memory.putLong(address, 42);
        long result = Posix.bindToNodes(address, 2 << 20, 3, new long[] {1});
        assertThat(result).isIn(0L, (long) -Errno.EPERM, (long) -Errno.ENOSYS);
        assertThat(Posix.bindToNodes(address + 1, 2 << 20, 3, new long[] {1}))
                .as("an address inside a page")
                .isIn((long) -Errno.EINVAL, (long) -Errno.EPERM, (long) -Errno.ENOSYS);
        assertThat(Memory.getLong(address)).isEqualTo(42);
        regions.release(address, 2 << 20);
    }

    @Test
    void hugePagesAreCountedWhereTheRegionIs() throws IOException {
        Path smaps = folder.resolve("smaps");
        Files.writeString(smaps, """
                55d0c0000000-55d0c0200000 rw-p 00000000 00:00 0                          [heap]
                AnonHugePages:      2048 kB
                7f0000000000-7f0000600000 rw-p 00000000 00:00 0
                Size:               6144 kB
                AnonHugePages:      4096 kB
                VmFlags: rd wr mr mw me ac hg
                7f0000600000-7f0000800000 rw-p 00000000 00:00 0
                AnonHugePages:      2048 kB
                """);
        assertThat(HugePages.obtained(smaps, 0x7f0000000000L, 6 << 20)).isEqualTo(4 << 20);
        assertThat(HugePages.obtained(smaps, 0x7f0000000000L, 8 << 20)).isEqualTo(6 << 20);
        assertThat(HugePages.obtained(smaps, 0x7f0000400000L, 2 << 20))
                .as("never more than there is")
                .isEqualTo(2 << 20);
        assertThat(HugePages.obtained(smaps, 0x7e0000000000L, 2 << 20)).isZero();
        assertThat(HugePages.obtained(folder.resolve("none"), 0, 1)).isEqualTo(-1);
    }
}
