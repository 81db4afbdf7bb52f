package page.bits.view;

import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import page.bits.http.ProblemException;
import page.bits.peer.BasisT;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Epoch;
import page.bits.streaming.EventIds;
import page.bits.streaming.NotYet;

/** The {@code min-t} parameter: a reader sees at least what it, or somebody who told it, has seen elsewhere. */
@Singleton
public class MinT {

    private final DatomicPeer peer;
    private final ViewsConfig config;

    public MinT(DatomicPeer peer, ViewsConfig config) {
        this.peer = peer;
        this.config = config;
    }

    /**
     * Completes when this node has the basis, on any thread; looks into the database on the calling one.
     *
     * @param minT a t or an event id of this history; none to wait for nothing
     * @return fails with a {@link ProblemException}: 422 if it is neither, 503 if the node does not get there within {@link
     *     ViewsConfig#basisWait()}
     */
    public CompletionStage<Void> reached(Optional<String> minT) {
        if (minT.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        BasisT t = EventIds.parse(minT.get(), Epoch.of(peer.db()))
                .map(id -> new BasisT(id.version()))
                .orElseThrow(() -> ProblemException.invalid("min-t", "is neither a t nor an event id of this history"));
        return peer.feed().reached(t, config.basisWait()).exceptionally(late -> {
            throw new CompletionException(
                    NotYet.because("This node is at t " + peer.feed().last() + " and did not reach " + t + "."));
        });
    }
}
