package page.bits.view.live;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import page.bits.http.DrainConfig;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.DatomicPeer;
import page.bits.sse.EventName;
import page.bits.sse.EventStreams;
import page.bits.sse.Frame;
import page.bits.sse.SseConfig;
import page.bits.sse.StreamLimits;
import page.bits.streaming.Admission;
import page.bits.streaming.Farewell;
import page.bits.streaming.ResumePoint;
import page.bits.streaming.StreamRequests;
import page.bits.view.Features;
import page.bits.view.Json;
import page.bits.view.MinT;
import page.bits.view.NotThere;
import page.bits.view.ViewDocument;
import page.bits.view.ViewKey;
import page.bits.view.ViewsConfig;

/**
 * {@code GET /views/{feature}/{key}} for those who accept {@code text/event-stream}: the live stream of a view. And
 * {@code GET /views?{feature}={key}&…}: one of several views, in rounds.
 */
@Singleton
class ViewStreams {

    private final Vertx vertx;
    private final DatomicPeer peer;
    private final Features features;
    private final LiveViews views;
    private final MinT minT;
    private final StreamRequests requests;
    private final ViewsConfig config;
    private final DrainConfig drain;
    private final Json json;
    private final EventStreams streams;

    ViewStreams(
            Vertx vertx,
            DatomicPeer peer,
            Features features,
            LiveViews views,
            MinT minT,
            Admission admission,
            ViewsConfig config,
            SseConfig sse,
            DrainConfig drain,
            Json json,
            MeterRegistry metrics) {
        this.vertx = vertx;
        this.peer = peer;
        this.features = features;
        this.views = views;
        this.minT = minT;
        this.requests = new StreamRequests(vertx, admission);
        this.config = config;
        this.drain = drain;
        this.json = json;
        this.streams =
                new EventStreams(vertx, sse, new EventStreams.Kind("views", sse.reconnectJitter(), this::keepalive));
        streams.bindTo(metrics);
    }

    /** Raw routes: they come before the resources, and let pass whatever does not ask for a stream. */
    void route(@Observes Router router) {
        router.get("/views/:feature/:key").handler(routing -> handle(routing, this::view));
        router.get("/views").handler(routing -> handle(routing, this::views));
    }

    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        Farewell.begin(vertx, drain, streams, () -> {});
    }

    /** What is asked for: which views, how, and from where on. */
    private record Asked(Selection selection, Format format, Optional<String> from, Optional<String> minT) {}

    private void handle(RoutingContext routing, Function<RoutingContext, Selection> selection) {
        requests.answer(
                routing,
                () -> asked(routing.request(), selection.apply(routing)),
                (asked, admitted) -> prepared(asked, admitted.permit()));
    }

    /** All that a stream begins with. */
    private record Ready(
            EventStreams streams, Asked asked, OptionalLong from, LiveViews.Watch watch, StreamLimits.Permit permit)
            implements StreamRequests.Ready {

        @Override
        public boolean open(HttpServerRequest request) {
            return streams.open(request, watch.channel(asked.format()), from, this::close);
        }

        @Override
        public void close() {
            watch.close();
            permit.close();
        }
    }

    /**
     * Gets ready what was admitted, and gives the permit back where that fails. One whose reader leaves meanwhile keeps its
     * permit until nothing is done for it any more: so the limits bound that work too.
     */
    private CompletionStage<Ready> prepared(Asked asked, StreamLimits.Permit permit) {
        return CompletableFuture.completedFuture(asked.minT())
                .thenComposeAsync(minT::reached, views.threads())
                .thenComposeAsync(
                        minimum -> ResumePoint.of(asked.from(), peer, config.basisWait(), views.threads()),
                        views.threads())
                .thenCompose(
                        from -> watch(asked, from).thenApply(watch -> new Ready(streams, asked, from, watch, permit)))
                .whenComplete((ready, failure) -> {
                    if (failure != null) {
                        permit.close();
                    }
                });
    }

    private Asked asked(HttpServerRequest request, Selection selection) {
        for (String unsupported : List.of("before", "as-of")) {
            if (request.getParam(unsupported) != null) {
                throw ProblemException.invalid(unsupported, "can't be used on a stream");
            }
        }
        String format = Optional.ofNullable(request.getParam("format")).orElse("json");
        return new Asked(
                selection,
                Format.named(format)
                        .orElseThrow(() -> ProblemException.invalid("format", "is json or html, not '" + format + "'")),
                ResumePoint.asked(request),
                Optional.ofNullable(request.getParam("min-t")));
    }

    private Selection view(RoutingContext routing) {
        return Selection.of(known(new ViewKey(routing.pathParam("feature"), routing.pathParam("key"))));
    }

    /** Each parameter that is none of a stream's own names a feature, each of its values a key. */
    private Selection views(RoutingContext routing) {
        List<ViewKey> asked = routing.queryParams().entries().stream()
                .filter(parameter -> !Features.RESERVED.contains(parameter.getKey()))
                .map(parameter -> new ViewKey(parameter.getKey(), parameter.getValue()))
                .distinct()
                .toList();
        if (asked.isEmpty()) {
            throw ProblemException.of(
                    ProblemType.NOT_FOUND,
                    "No view is named here; several are, as in /views?posts=alice&creator=alice.");
        }
        if (asked.size() > config.keysPerStream()) {
            throw ProblemException.invalid(
                    asked.get(config.keysPerStream()).feature(),
                    "is one too many: a stream has at most " + config.keysPerStream() + " keys");
        }
        asked.forEach(this::known);
        return Selection.inRounds(asked);
    }

    private ViewKey known(ViewKey view) {
        if (features.named(view.feature()).isEmpty()) {
            throw NotThere.of(view);
        }
        return view;
    }

    /** Fails with 404 where there is nothing of it; but whoever had something of it is to hear that it is gone. */
    private CompletionStage<LiveViews.Watch> watch(Asked asked, OptionalLong from) {
        return views.watch(asked.selection())
                .thenCompose(watch -> isThere(asked, watch, from).handle((isThere, failure) -> {
                    if (failure != null || !isThere) {
                        watch.close();
                        throw failure == null ? NotThere.of(asked.selection()) : new CompletionException(failure);
                    }
                    return watch;
                }));
    }

    private CompletionStage<Boolean> isThere(Asked asked, LiveViews.Watch watch, OptionalLong from) {
        return CompletableFuture.completedFuture(watch)
                .thenCompose(watched -> {
                    if (asked.minT().isPresent()) {
                        watched.reach(peer.feed().last().value());
                    }
                    return watched.isThere();
                })
                .thenCompose(isThere -> isThere || from.isEmpty()
                        ? CompletableFuture.completedFuture(isThere)
                        : watch.wasThere(from.getAsLong()));
    }

    private Frame keepalive(long told) {
        long t = Math.max(told, views.settled());
        return Frame.of(EventName.KEEPALIVE, json.write(new ViewDocument.Keepalive(t, peer.isStale())));
    }
}
