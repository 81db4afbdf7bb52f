package page.bits.streaming;

import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import page.bits.peer.BasisT;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Epoch;
import page.bits.sse.EventId;

/** Where a reader that comes back goes on. */
public final class ResumePoint {

    private ResumePoint() {}

    /** The id of the last event that a reader has, as it tells it; the header is what an EventSource sends by itself, so it is the newer of the two. */
    public static Optional<String> asked(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader("Last-Event-ID"))
                .or(() -> Optional.ofNullable(request.getParam("from")));
    }

    /**
     * The t to resume from, once this node has reached it. Looks into the database on the calling thread.
     *
     * @param asked an event id, or a t of this epoch
     * @param wait how long the node may take to reach it
     * @param threads that what follows runs on
     * @return none where nothing was asked for or it can't be resumed from: malformed, of another epoch, or not reached in time
     */
    public static CompletionStage<OptionalLong> of(
            Optional<String> asked, DatomicPeer peer, Duration wait, Executor threads) {
        return asked.flatMap(id -> EventIds.parse(id, Epoch.of(peer.db())))
                .map(id -> reached(id, peer, wait, threads))
                .orElse(CompletableFuture.completedFuture(OptionalLong.empty()));
    }

    private static CompletionStage<OptionalLong> reached(
            EventId id, DatomicPeer peer, Duration wait, Executor threads) {
        return peer.feed()
                .reached(new BasisT(id.version()), wait)
                .handleAsync(
                        (done, failure) -> failure == null ? OptionalLong.of(id.version()) : OptionalLong.empty(),
                        threads);
    }
}
