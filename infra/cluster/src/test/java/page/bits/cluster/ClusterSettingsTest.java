package page.bits.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {

    private static final Path FOLDER = Path.of("/data");

    @Test
    void theCommandLineSaysWhatThereIsOf() throws Exception {
        ClusterSettings settings = ClusterSettings.of(Arguments.of(
                "cluster",
                "--data",
                "/data",
                "--views",
                "3",
                "--presences",
                "4",
                "--gateways",
                "1",
                "--port",
                "9000",
                "--demo",
                "false"));

        assertEquals(
                List.of(2, 3, 4, 1),
                List.of(settings.actions(), settings.views(), settings.presences(), settings.gateways()));
        assertEquals(9000, settings.firstPort());
        assertFalse(settings.demo());
    }

    @Test
    void gatewaysNeedAsManyPortsAsThereAreOfThem() {
        Refusal refusal = assertThrows(
                Refusal.class,
                () -> ClusterSettings.of(
                        Arguments.of("cluster", "--data", "/data", "--gateways", "2", "--port", "65535")));
        assertTrue(refusal.getMessage().contains("no 2 ports from 65535 on"), refusal.getMessage());
    }

    @Test
    void thereIsAtLeastOneOfEachService() {
        ClusterSettings settings = ClusterSettings.in(FOLDER);
        assertThrows(IllegalArgumentException.class, () -> settings.withActions(0));
        assertThrows(IllegalArgumentException.class, () -> settings.withViews(0));
        assertThrows(IllegalArgumentException.class, () -> settings.withPresences(0));
        assertThrows(IllegalArgumentException.class, () -> settings.withGateways(0, "127.0.0.1", 0));
    }

    @Test
    void whatIsGivenToOneProcessAddsUp() {
        ClusterSettings settings = ClusterSettings.in(FOLDER)
                .withJvmOptions("view-2", "-Da=1")
                .withJvmOptions("view-2", "-Db=2")
                .withEnvironment("view-1", "A", "1")
                .withViews(3)
                .withPresences(3);

        assertEquals(Map.of("view-2", List.of("-Da=1", "-Db=2")), settings.jvmOptions());
        assertEquals(Map.of("view-1", Map.of("A", "1")), settings.environment());
    }
}
