package page.bits.gateway;

import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import page.bits.http.NodeAddress;

/**
 * The nodes of one service. A node is chosen among those that are ready; where none is, among those that can be reached, since
 * what they answer tells more than we could. Any thread.
 */
final class Tier {

    private final String name;
    private final List<NodeAddress> targets;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<Node> nodes = List.of();

    Tier(String name, List<String> targets) {
        this.name = name;
        this.targets = targets.stream().map(String::strip).map(NodeAddress::of).toList();
    }

    String name() {
        return name;
    }

    List<NodeAddress> targets() {
        return targets;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Takes these addresses for the tier's nodes; those that are known keep what is known of them. */
    void resolved(Set<SocketAddress> addresses) {
        Map<SocketAddress, Node> known = nodes.stream().collect(Collectors.toMap(Node::address, Function.identity()));
        nodes = addresses.stream()
                .map(address -> known.getOrDefault(address, new Node(address)))
                .toList();
    }

    /** The next in turn, but none of those that were tried. */
    Optional<Node> next(Collection<Node> tried) {
        List<Node> candidates = candidates(tried);
        return candidates.isEmpty()
                ? Optional.empty()
                : Optional.of(candidates.get(Math.floorMod(turn.getAndIncrement(), candidates.size())));
    }

    /** The one with the fewest streams, but none of those that were tried. */
    Optional<Node> leastStreams(Collection<Node> tried) {
        List<Node> candidates = candidates(tried);
        int first = candidates.isEmpty() ? 0 : Math.floorMod(turn.getAndIncrement(), candidates.size());
        List<Node> inTurn = new ArrayList<>(candidates.subList(first, candidates.size()));
        inTurn.addAll(candidates.subList(0, first));
        return inTurn.stream().min(Comparator.comparingInt(Node::streams));
    }

    private List<Node> candidates(Collection<Node> tried) {
        List<Node> ready = with(Node.Health.READY, tried);
        return ready.isEmpty() ? with(Node.Health.UNREADY, tried) : ready;
    }

    private List<Node> with(Node.Health health, Collection<Node> tried) {
        return nodes.stream()
                .filter(node -> node.health() == health && !tried.contains(node))
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
