package page.bits.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterStateTest {

    private static final ProcessId SELF = ProcessId.of(ProcessHandle.current().pid());

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsRead() throws Exception {
        ClusterState state = new ClusterState(
                SELF,
                List.of(
                        new ClusterState.Node("view-1", new ProcessId(17, 1_700_000_000_000L), "127.0.0.1", 20_001),
                        new ClusterState.Node("gateway-1", ProcessId.NONE, "::1", 8080)));

        state.write(folder);

        assertEquals(Optional.of(state), ClusterState.read(folder));
        ClusterState.delete(folder);
        assertEquals(Optional.empty(), ClusterState.read(folder));
    }

    @Test
    void whatIsNoStateIsRefused() {
        assertThrows(IOException.class, () -> ClusterState.parse("view-1 17\n"));
    }

    @Test
    void aProcessThatGotTheNumberOfAnotherIsNotTheOneThatIsMeant() {
        assertTrue(SELF.running().isPresent());
        assertFalse(new ProcessId(SELF.pid(), SELF.startedAt() + 10).running().isPresent());
        assertFalse(ProcessId.NONE.running().isPresent());
    }

    @Test
    void commandsTellWhereNothingRunsAndWhoThereIs() throws Exception {
        assertRefused("there is no folder " + folder.resolve("none"), folder.resolve("none"), "view-1");
        assertRefused("no cluster runs in " + folder, folder, "view-1");

        new ClusterState(new ProcessId(SELF.pid(), 1), List.of()).write(folder);
        assertRefused(
                "no cluster runs in %s: its launcher, process %d, has ended".formatted(folder, SELF.pid()),
                folder,
                "x");

        ClusterState.Node down = new ClusterState.Node("view-1", ProcessId.NONE, "127.0.0.1", 20_001);
        new ClusterState(SELF, List.of(down)).write(folder);
        assertRefused("no process is called 'view-2'; there are view-1", folder, "view-2");
        assertRefused("view-1 does not run now", folder, "view-1");
        assertEquals(1, new ClusterControl(folder).status());
    }

    private static void assertRefused(String why, Path folder, String name) {
        Refusal refusal = assertThrows(Refusal.class, () -> new ClusterControl(folder).kill(name));
        assertTrue(refusal.getMessage().startsWith(why), refusal.getMessage());
    }
}
