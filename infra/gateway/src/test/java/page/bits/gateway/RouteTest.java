package page.bits.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteTest {

    @Test
    void everyPathBelongsToOneTier() {
        leads(Route.ACTIONS, "/actions/publish-post", "/auth/guest", "/actions", "/auth", "/actions/x?a=/presence");
        leads(Route.VIEWS, "/", "/views/creator/alice", "/@alice", "/assets/bits.js", "/actionsx", "/?", "/@a+b");
        leads(Route.PRESENCE, "/presence", "/presence/alice");
        leads(Route.OPERATIONS, "/q", "/q/health/ready", "/q/", "/%71/metrics");
    }

    @Test
    void noSpellingReachesWhatIsInternal() {
        leads(
                Route.INTERNAL,
                "/actions/presence",
                "/actions/presence/",
                "/actions/presence/x",
                "/actions/presence?x",
                "/actions/presence;x=1",
                "/actions/presence;%E2%80%A8x",
                "/actions;%C2%85/presence",
                "/actions;x/presence",
                "/%61ctions/p%72esence",
                "/actions/presence%3Bx");
    }

    @Test
    void whatTwoReadersMayReadDifferentlyLeadsNowhere() {
        for (String target : List.of(
                "",
                "*",
                "x",
                "http://other/actions/x",
                "//actions/presence",
                "/actions//presence",
                "/actions/./presence",
                "/x/../actions/presence",
                "/x/%2e%2e/actions/presence",
                "/x/..;a/actions/presence",
                "/;x/actions/presence",
                "/actions%2Fpresence",
                "/actions%5Cpresence",
                "/actions\\presence",
                "/actions/presence#x",
                "/actions/presence%00",
                "/actions/presence%0A;x",
                "/actions/%zz",
                "/actions/%",
                "/actions/\u00e9",
                "/views/x?\u00e9",
                "/views/a b")) {
            assertEquals(Optional.empty(), Route.of(target), target);
        }
    }

    private static void leads(Route route, String... targets) {
        for (String target : targets) {
            assertEquals(Optional.of(route), Route.of(target), target);
        }
    }
}
