package page.bits.gateway;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The OpenAPI document of what is behind the gateway, put together of one by a node of each tier. */
@Singleton
class ApiDocument {

    static final String PATH = "/q/openapi";

    private static final Logger LOG = Logger.getLogger(ApiDocument.class);
    private static final int OK = 200;
    private static final long PATIENCE_MILLIS = 5_000;

    private final Tiers tiers;
    private final Relay relay;

    ApiDocument(Tiers tiers, Relay relay) {
        this.tiers = tiers;
        this.relay = relay;
    }

    /** A tier of which no node answers is left out. On an event loop. */
    void answer(HttpServerRequest request) {
        List<Future<JsonObject>> parts = tiers.all().map(this::part).toList();
        Future.join(parts)
                .onComplete(done -> request.response()
                        .putHeader("Content-Type", "application/json")
                        .putHeader("Cache-Control", "no-cache")
                        .end(merged(parts.stream().map(Future::result).toList()).toBuffer()));
    }

    private Future<JsonObject> part(Tier tier) {
        Optional<Node> node = tier.next(List.of());
        if (node.isEmpty()) {
            return Future.succeededFuture(new JsonObject());
        }
        return relay.connect(node.get(), false)
                .compose(request -> fetch(request.setURI(PATH + "?format=json").idleTimeout(PATIENCE_MILLIS)))
                .map(JsonObject::new)
                .recover(failure -> {
                    LOG.warnf("%s at %s does not describe itself: %s", tier, node.get(), failure.getMessage());
                    return Future.succeededFuture(new JsonObject());
                });
    }

    private static Future<Buffer> fetch(HttpClientRequest request) {
        return request.send()
                .compose(response -> response.statusCode() == OK
                        ? response.body()
                        : Future.failedFuture(new DecodeException("status " + response.statusCode())));
    }

    /** What several tiers define under one name is the same: it comes from a library that they share. */
    private static JsonObject merged(List<JsonObject> parts) {
        JsonObject whole = new JsonObject();
        JsonArray tags = new JsonArray();
        for (JsonObject part : parts) {
            part.getJsonArray("tags", new JsonArray()).forEach(tag -> {
                if (!tags.contains(tag)) {
                    tags.add(tag);
                }
            });
            whole.mergeIn(part, true);
        }
        return whole.put("tags", tags)
                .put("info", whole.getJsonObject("info", new JsonObject()).put("title", "Bits"));
    }
}
