package page.bits.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import page.bits.http.NodeAddress;

class TierTest {

    private static final SocketAddress A = SocketAddress.inetSocketAddress(1, "192.0.2.1");
    private static final SocketAddress B = SocketAddress.inetSocketAddress(1, "192.0.2.2");
    private static final SocketAddress C = SocketAddress.inetSocketAddress(1, "192.0.2.3");

    private final Tier tier = new Tier("some-service", List.of("a:1"));

    @Test
    void readyNodesTakeTurns() {
        List<Node> nodes = nodes(A, B);
        Node first = tier.next(List.of()).orElseThrow();
        assertNotEquals(first, tier.next(List.of()).orElseThrow());
        assertSame(first, tier.next(List.of()).orElseThrow());
        assertTrue(nodes.contains(first));
    }

    @Test
    void aStreamGoesWhereTheFewestAre() {
        List<Node> nodes = nodes(A, B, C);
        nodes.get(0).streamBegins();
        nodes.get(2).streamBegins();
        for (int i = 0; i < 3; i++) {
            assertSame(nodes.get(1), tier.leastStreams(List.of()).orElseThrow());
        }
    }

    @Test
    void aNodeThatIsNotReadyIsForWhenNoneIs() {
        List<Node> nodes = nodes(A, B);
        nodes.get(0).is(Node.Health.UNREADY);
        assertSame(nodes.get(1), tier.next(List.of()).orElseThrow());
        assertSame(nodes.get(1), tier.next(List.of()).orElseThrow());
        nodes.get(1).is(Node.Health.AWAY);
        assertSame(nodes.get(0), tier.next(List.of()).orElseThrow());
        assertTrue(tier.next(nodes).isEmpty());
    }

    @Test
    void aNodeKeepsWhatIsKnownOfItWhenItsNameIsLookedUpAgain() {
        Node known = nodes(A, B).get(1);
        tier.resolved(new LinkedHashSet<>(List.of(C, B)));
        assertSame(known, tier.nodes().get(1));
        assertEquals(Node.Health.UNREADY, tier.nodes().get(0).health());
    }

    @Test
    void aTargetIsAHostAndAPort() {
        assertEquals(new NodeAddress("host", 80), NodeAddress.of("host:80"));
        assertEquals(new NodeAddress("::1", 80), NodeAddress.of("[::1]:80"));
        for (String wrong : List.of("host", ":80", "host:", "host:0", "host:65536", "host:-1", "http://host", "::1")) {
            assertThrows(IllegalArgumentException.class, () -> NodeAddress.of(wrong), wrong);
        }
    }

    private List<Node> nodes(SocketAddress... addresses) {
        tier.resolved(new LinkedHashSet<>(Set.of()));
        tier.resolved(new LinkedHashSet<>(List.of(addresses)));
        tier.nodes().forEach(node -> node.is(Node.Health.READY));
        return tier.nodes();
    }
}
