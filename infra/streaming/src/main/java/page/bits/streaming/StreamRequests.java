package page.bits.streaming;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * How a request becomes a stream, whichever service it is of: what is asked for is read, whoever asks is let in, what the stream
 * begins with is got ready elsewhere, and it is opened on the request's event loop. What is in the way is answered as a problem.
 */
public final class StreamRequests {

    private final Vertx vertx;
    private final Admission admission;

    public StreamRequests(Vertx vertx, Admission admission) {
        this.vertx = vertx;
        this.admission = admission;
    }

    /** All that a stream begins with. */
    public interface Ready {

        /**
         * Opens the stream, on the request's event loop, and has {@link #close} called when it has ended.
         *
         * @return whether the request is answered; not where the node is about to end
         */
        boolean open(HttpServerRequest request);

        /** The stream is over, or won't be. Called once. */
        void close();
    }

    /**
     * Answers a request with a stream, or passes it on where it asks for none.
     *
     * @param asked what the request asks for; on its event loop, and its parameters can be read; throws what is wrong
     * @param prepare gets ready what was admitted, and gives the permit back itself where that fails; on a worker thread, since
     *     admission may wait for a provider's keys
     */
    public <A> void answer(
            RoutingContext routing,
            Supplier<A> asked,
            BiFunction<A, Admission.Admitted, CompletionStage<? extends Ready>> prepare) {
        HttpServerRequest request = routing.request();
        if (Requested.of(request.headers().getAll(HttpHeaders.ACCEPT)) != Requested.STREAM) {
            routing.next();
            return;
        }
        Context loop = vertx.getOrCreateContext();
        CompletableFuture.supplyAsync(
                        () -> {
                            Parameters.requireReadable(request);
                            return asked.get();
                        },
                        Runnable::run)
                .thenComposeAsync(
                        what -> prepare.apply(what, admission.admit(routing)), Infrastructure.getDefaultWorkerPool())
                .thenAccept(ready -> loop.runOnContext(ignored -> open(request, ready)))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        loop.runOnContext(ignored -> StreamRefusal.answer(request.response(), failure));
                    }
                });
    }

    private static void open(HttpServerRequest request, Ready ready) {
        boolean taken = false;
        try {
            taken = ready.open(request);
        } finally {
            if (!taken) {
                ready.close();
            }
        }
        if (!taken) {
            StreamRefusal.answer(
                    request.response(), NotYet.because("This node is about to end and opens no more streams."));
        }
    }
}
