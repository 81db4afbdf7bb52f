package page.bits.presence;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
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
import page.bits.streaming.Parameters;
import page.bits.streaming.Requested;
import page.bits.streaming.ResumePoint;
import page.bits.streaming.StreamRefusal;

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
    private final Admission admission;
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
        this.admission = admission;
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
        HttpServerRequest request = routing.request();
        Optional<Handle> creator = Handle.parse(routing.pathParam("handle"));
        if (creator.isEmpty() || Requested.of(request.headers().getAll(HttpHeaders.ACCEPT)) != Requested.STREAM) {
            routing.next();
            return;
        }
        Context loop = vertx.getOrCreateContext();
        CompletableFuture.supplyAsync(() -> Visitors.Asked.of(Parameters.readable(request)), Runnable::run)
                // Not on the thread of presence, since it may wait for a provider's keys.
                .thenComposeAsync(
                        asked -> prepared(request, creator.get(), asked, admission.admit(routing)),
                        Infrastructure.getDefaultWorkerPool())
                .thenAccept(ready -> loop.runOnContext(ignored -> open(request, ready)))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        loop.runOnContext(ignored -> StreamRefusal.answer(request.response(), failure));
                    }
                });
    }

    /** All that a stream begins with. */
    private record Ready(
            Handle creator,
            Optional<Visitor> visitor,
            Optional<Session> session,
            OptionalLong from,
            Audiences.Watch watch,
            StreamLimits.Permit permit) {}

    /** Gets ready what was admitted, and gives the permit back where that fails. */
    private CompletionStage<Ready> prepared(
            HttpServerRequest request, Handle creator, Visitors.Asked asked, Admission.Admitted admitted) {
        Optional<Session> session = Visitors.lasting(admitted.session());
        Optional<Visitor> visitor = visitors.of(asked, session);
        // From now on: what is still to be done may take as long as others keep a viewer who comes back.
        visitor.ifPresent(present -> presences.enter(creator, present));
        return CompletableFuture.completedFuture(ResumePoint.asked(request))
                .thenCompose(
                        from -> ResumePoint.of(from, peer, config.basisWait(), Infrastructure.getDefaultWorkerPool()))
                .thenCompose(from -> presences
                        .watch(creator)
                        .thenApply(watch -> new Ready(creator, visitor, session, from, watch, admitted.permit())))
                .whenComplete((ready, failure) -> {
                    if (failure != null) {
                        visitor.ifPresent(present -> presences.refuse(creator, present));
                        admitted.permit().close();
                    }
                });
    }

    private void open(HttpServerRequest request, Ready ready) {
        Optional<Duration> atMost = ready.session().map(session -> Duration.between(Instant.now(), session.expires()));
        boolean taken = false;
        try {
            taken = streams.open(request, ready.watch().channel(), ready.from(), atMost, () -> close(ready));
        } finally {
            if (!taken) {
                close(ready);
            }
        }
        if (!taken) {
            StreamRefusal.answer(request.response(), StreamRefusal.ending());
        }
    }

    private void close(Ready ready) {
        ready.visitor().ifPresent(visitor -> presences.leave(ready.creator(), visitor));
        presences.unwatch(ready.watch());
        ready.permit().close();
    }
}
