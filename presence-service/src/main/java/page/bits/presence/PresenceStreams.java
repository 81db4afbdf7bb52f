package page.bits.presence;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import page.bits.http.DrainConfig;
import page.bits.identity.Session;
import page.bits.peer.DatomicPeer;
import page.bits.presence.audience.Audiences;
import page.bits.presence.peer.PresenceDatabase;
import page.bits.sse.EventStreams;
import page.bits.sse.SseConfig;
import page.bits.sse.StreamLimits;
import page.bits.streaming.Admission;
import page.bits.streaming.Farewell;
import page.bits.streaming.ResumePoint;
import page.bits.streaming.StreamRequests;

/**
 * {@code GET /presence/{handle}} for those who accept {@code text/event-stream}: live, and whoever is connected is present,
 * unless it says that it only looks on.
 */
@Singleton
class PresenceStreams {

    private final Vertx vertx;
    private final DatomicPeer peer;
    private final Presences presences;
    private final Visitors visitors;
    private final StreamRequests requests;
    private final PresenceConfig config;
    private final DrainConfig drain;
    private final EventStreams streams;

    PresenceStreams(
            Vertx vertx,
            @PresenceDatabase DatomicPeer peer,
            Presences presences,
            Visitors visitors,
            Admission admission,
            PresenceConfig config,
            SseConfig sse,
            DrainConfig drain,
            MeterRegistry metrics) {
        this.vertx = vertx;
        this.peer = peer;
        this.presences = presences;
        this.visitors = visitors;
        this.requests = new StreamRequests(vertx, admission);
        this.config = config;
        this.drain = drain;
        this.streams = new EventStreams(
                vertx, sse, new EventStreams.Kind("presence", config.reconnectJitter(), presences::keepalive));
        streams.bindTo(metrics);
        presences.whenStaleChanges(streams::keepAliveNow);
    }

    /** A raw route: it comes before the resource, and lets pass whatever does not ask for a stream. */
    void route(@Observes Router router) {
        router.get("/presence/:handle").handler(this::handle);
    }

    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        Farewell.begin(vertx, drain, streams, presences::end);
    }

    private void handle(RoutingContext routing) {
        Handle.parse(routing.pathParam("handle"))
                .ifPresentOrElse(
                        creator -> requests.answer(
                                routing,
                                () -> Visitors.Asked.of(routing.request()),
                                (asked, admitted) -> prepared(routing.request(), creator, asked, admitted)),
                        routing::next);
    }

    /** All that a stream begins with. */
    private StreamRequests.Ready ready(
            Handle creator,
            Optional<Visitor> visitor,
            Optional<Session> session,
            OptionalLong from,
            Audiences.Watch watch,
            StreamLimits.Permit permit) {
        return new StreamRequests.Ready() {
            @Override
            public boolean open(HttpServerRequest request) {
                Optional<Duration> atMost = session.map(of -> Duration.between(Instant.now(), of.expires()));
                return streams.open(request, watch.channel(), from, atMost, this::close);
            }

            @Override
            public void close() {
                visitor.ifPresent(present -> presences.leave(creator, present));
                presences.unwatch(watch);
                permit.close();
            }
        };
    }

    /** Gets ready what was admitted, and gives the permit back where that fails. */
    private CompletionStage<StreamRequests.Ready> prepared(
            HttpServerRequest request, Handle creator, Visitors.Asked asked, Admission.Admitted admitted) {
        Optional<Session> session = Visitors.lasting(admitted.session());
        Optional<Visitor> visitor = visitors.of(asked, session);
        // First, so that since when they are here is known of whoever comes from another node.
        CompletionStage<Audiences.Watch> watching = presences.watch(creator);
        // From now on: what is still to be done may take as long as others keep a viewer who comes back.
        visitor.ifPresent(present -> presences.enter(creator, present));
        return CompletableFuture.completedFuture(ResumePoint.asked(request))
                .thenCompose(
                        from -> ResumePoint.of(from, peer, config.basisWait(), Infrastructure.getDefaultWorkerPool()))
                .thenCombine(
                        watching, (from, watch) -> ready(creator, visitor, session, from, watch, admitted.permit()))
                .whenComplete((ready, failure) -> {
                    if (failure != null) {
                        watching.thenAccept(presences::unwatch);
                        visitor.ifPresent(present -> presences.refuse(creator, present));
                        admitted.permit().close();
                    }
                });
    }
}
