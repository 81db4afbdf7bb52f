package page.bits.presence.node;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import page.bits.http.NodeAddress;
import page.bits.identity.ServiceToken;

/**
 * Asks action-service for transactions. One of its nodes is asked until it fails, then the next. Nothing is asked twice: whoever
 * asks finds out from the transactions what became of it. Any thread.
 */
public final class ActionClient {

    private static final String PATH = "/actions/presence";
    private static final int OK = 200;
    private static final int CONFLICT = 409;

    private final Supplier<List<NodeAddress>> nodes;
    private final String authorization;
    private final long timeoutMillis;
    private final HttpClient client;
    private final AtomicInteger turn = new AtomicInteger();

    /** What came of it. */
    sealed interface Outcome {

        /**
         * It was done.
         *
         * @param t of the transaction
         * @param lease of the node by then
         */
        record Done(long t, long lease) implements Outcome {}

        /** It was not done, and never will be: the lease is another by now, or the node does not count any more. */
        record Conflict() implements Outcome {}

        /** Nobody knows, or it was not done since something is away. */
        record Failed(String why) implements Outcome {}
    }

    /**
     * @param nodes of action-service, asked for anew each time
     * @param timeout for an answer
     */
    public ActionClient(Vertx vertx, Supplier<List<NodeAddress>> nodes, ServiceToken token, Duration timeout) {
        this.nodes = nodes;
        this.authorization = "Bearer " + token.value();
        this.timeoutMillis = timeout.toMillis();
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout(Math.toIntExact(timeoutMillis))
                        .setKeepAliveTimeout(20),
                new PoolOptions().setHttp1MaxSize(4));
    }

    /** Completed on an event loop, and never with a failure. */
    Future<Outcome> ask(Write write) {
        List<NodeAddress> candidates = nodes.get();
        if (candidates.isEmpty()) {
            return Future.succeededFuture(new Outcome.Failed("no node of action-service is known yet"));
        }
        int asked = turn.get();
        NodeAddress address = candidates.get(Math.floorMod(asked, candidates.size()));
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(address.host())
                .setPort(address.port())
                .setURI(PATH)
                .setConnectTimeout(timeoutMillis) // with the wait for the pool
                .setIdleTimeout(timeoutMillis)
                .putHeader("Authorization", authorization)
                .putHeader("Content-Type", "application/json");
        return client.request(request)
                .compose(open -> open.send(Json.encodeToBuffer(write)))
                .compose(ActionClient::outcome)
                .otherwise(failure -> {
                    turn.compareAndSet(asked, asked + 1);
                    return new Outcome.Failed(address.host() + ":" + address.port() + ": " + failure.getMessage());
                });
    }

    private static Future<Outcome> outcome(HttpClientResponse response) {
        return response.body().compose(body -> switch (response.statusCode()) {
            case OK -> Future.succeededFuture(done(body));
            case CONFLICT -> Future.succeededFuture(new Outcome.Conflict());
            default -> Future.failedFuture(response.statusCode() + " " + text(body));
        });
    }

    private static Outcome done(Buffer body) {
        JsonObject reply = body.toJsonObject();
        return new Outcome.Done(reply.getLong("t"), reply.getLong("lease"));
    }

    private static String text(Buffer body) {
        return body.length() <= 500 ? body.toString() : body.getString(0, 500) + "…";
    }

    public void close() {
        client.close();
    }
}
