package page.bits.gateway;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import page.bits.http.Problem;
import page.bits.http.ProblemType;

/**
 * One request on its way to a node, and the answer on its way back; neither is ever held in memory as a whole. On the
 * request's event loop.
 *
 * <p>The request goes to another node only if nothing of it was sent. Where no node could be reached the answer is 503, as a
 * service answers what it did not submit. Where something was sent and no answer came, nobody knows what became of it: 504 for
 * what may change something, and 503 for what only reads.
 */
final class Passage implements ProxyInterceptor {

    private static final Logger LOG = Logger.getLogger(Passage.class);

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** What concerns one connection alone (RFC 9110, section 7.6.1). */
    private static final List<String> HOP_BY_HOP = List.of(
            "Connection",
            "Keep-Alive",
            "Proxy-Connection",
            "TE",
            "Trailer",
            "Upgrade",
            "HTTP2-Settings",
            "Expect"); // the gateway has said by itself that it goes on

    private static final Set<Integer> BODILESS = Set.of(204, 304);

    private final Relay relay;
    private final Exchange exchange;
    private final HttpServerRequest request;
    private final Tier tier;
    private final Client client;
    private final boolean stream;
    private final List<Node> tried = new ArrayList<>();
    private HttpClientRequest sent;
    private boolean givenUp;

    Passage(Relay relay, Exchange exchange, Tier tier, Client client, boolean stream) {
        this.relay = relay;
        this.exchange = exchange;
        this.request = exchange.request();
        this.tier = tier;
        this.client = client;
        this.stream = stream;
    }

    /** A connection to the node that the request goes to. */
    Future<HttpClientRequest> origin() {
        Optional<Node> chosen = stream ? tier.leastStreams(tried) : tier.next(tried);
        if (chosen.isEmpty()) {
            return Future.failedFuture(new VertxException(
                    tried.isEmpty() ? "no node of " + tier + " is there" : "none of " + tried + " takes it", true));
        }
        Node node = chosen.get();
        tried.add(node);
        if (stream) {
            node.streamBegins(); // now, or all that come at once would go to the same one
        }
        return relay.connect(node, stream).compose(this::begin, why -> {
            if (stream) {
                node.streamEnds();
            }
            if (!(why instanceof ConnectionPoolTooBusyException)) {
                relay.couldNotReach(tier, node, why);
            }
            if (givenUp || exchange.isOver()) {
                return Future.failedFuture(why);
            }
            relay.goesElsewhere();
            return origin();
        });
    }

    private Future<HttpClientRequest> begin(HttpClientRequest connected) {
        Node node = tried.get(tried.size() - 1);
        if (givenUp || exchange.isOver()) {
            endStream(node);
            connected.reset();
            return Future.failedFuture(new VertxException("nobody waits for it any more", true));
        }
        exchange.atEnd(() -> endStream(node));
        sent = connected;
        // A stream has a connection of its own, and is to be called off at once.
        return Future.succeededFuture(stream ? connected : PooledRequest.of(relay.vertx(), connected));
    }

    private void endStream(Node node) {
        if (stream) {
            node.streamEnds();
        }
    }

    @Override
    public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
        ProxyRequest onward = context.request();
        removeHopByHop(onward.headers());
        boolean relayed = Client.HEADERS.stream().anyMatch(onward.headers()::contains);
        Client.HEADERS.forEach(onward.headers()::remove);
        if (relayed) {
            // What a proxy says is not passed on unless it is trusted, but that there was one is: a service may refuse
            // that.
            onward.headers().add("Via", "1.1 unnamed");
        }
        onward.putHeader("Forwarded", client.forwarded());
        onward.putHeader(Exchange.REQUEST_ID, exchange.id());
        onward.setAuthority(request.authority());
        return withinTime(context.sendRequest())
                .otherwise(failure -> failed(onward.release().response(), failure));
    }

    /**
     * Until the answer begins; from then on it may take as long as it likes. The time that a client takes for its body is not
     * the node's.
     */
    private Future<ProxyResponse> withinTime(Future<ProxyResponse> answer) {
        Promise<ProxyResponse> inTime = Promise.promise();
        long connecting = timer(() -> {
            if (sent == null) {
                giveUp(inTime, "no connection");
            }
        });
        request.end().onSuccess(read -> {
            long answering = timer(() -> giveUp(inTime, "no answer"));
            answer.onComplete(done -> relay.vertx().cancelTimer(answering));
        });
        answer.onComplete(done -> {
            relay.vertx().cancelTimer(connecting);
            if (done.succeeded()) {
                inTime.tryComplete(done.result());
            } else {
                inTime.tryFail(done.cause());
            }
        });
        return inTime.future();
    }

    private long timer(Runnable whenPassed) {
        return relay.vertx().setTimer(relay.responseTimeout().toMillis(), passed -> whenPassed.run());
    }

    private void giveUp(Promise<ProxyResponse> answer, String missed) {
        answer.tryFail(new TimeoutException(
                missed + " within " + relay.responseTimeout().toMillis() + " ms"));
    }

    @Override
    public Future<Void> handleProxyResponse(ProxyContext context) {
        ProxyResponse back = context.response();
        if (!stream && request.method() != HttpMethod.HEAD && isStream(back)) {
            refuseStream(back);
        }
        if (exchange.isOver()) {
            back.release(); // reads it to its end, so that the connection can be used again
            return Future.succeededFuture();
        }
        removeHopByHop(back.headers());
        back.putHeader(Exchange.REQUEST_ID, exchange.id());
        if (BODILESS.contains(back.getStatusCode()) || request.method() == HttpMethod.HEAD) {
            leaveOutBody(back);
        }
        return context.sendResponse()
                .onFailure(cut -> Guard.closeSoon(request.connection()))
                .onComplete(sentOrCut -> exchange.end());
    }

    private static boolean isStream(ProxyResponse back) {
        String type = back.headers().get(HttpHeaders.CONTENT_TYPE);
        return type != null && type.strip().toLowerCase(Locale.ROOT).startsWith(Gateway.EVENT_STREAM);
    }

    /** It has no end, and the connection that it would keep is for what has one. */
    private void refuseStream(ProxyResponse back) {
        sent.reset();
        ProblemType type = ProblemType.NOT_ACCEPTABLE;
        back.release()
                .setStatusCode(type.status())
                .setStatusMessage("Not Acceptable")
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .setBody(Body.body(relay.refusals()
                        .document(type, "A stream is asked for by GET, with Accept: " + Gateway.EVENT_STREAM + ".")));
    }

    /** The library would announce chunks, and send the end of them, where there must be none. */
    private static void leaveOutBody(ProxyResponse back) {
        Body body = back.getBody();
        if (body != null && body.length() < 0) {
            back.setBody(null);
            body.stream().resume();
        }
    }

    private ProxyResponse failed(ProxyResponse response, Throwable failure) {
        givenUp = true; // a connection that is still made must not be used: the client is told that it was not
        boolean neverSent = sent == null;
        boolean unknown = !neverSent && !SAFE.contains(request.method());
        if (!neverSent) {
            sent.reset();
        }
        if (!exchange.isOver()) {
            LOG.warnf(
                    "%s %s got no answer from %s: %s (request %s)",
                    request.method(), request.path(), neverSent ? tier : tried, failure.getMessage(), exchange.id());
        }
        ProblemType type = unknown ? ProblemType.OUTCOME_UNKNOWN : ProblemType.UNAVAILABLE;
        Buffer document = relay.refusals().document(type, detail(neverSent, unknown));
        response.setStatusCode(type.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .setBody(Body.body(document));
        if (!request.isEnded()) {
            request.response()
                    .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE); // what is left of its body is nobody's
        }
        relay.refusals().retryAfter(type).ifPresent(seconds -> response.putHeader("Retry-After", seconds));
        return response;
    }

    private String detail(boolean neverSent, boolean unknown) {
        if (neverSent) {
            return "No node of %s can be reached now. Nothing was submitted; try again.".formatted(tier);
        }
        return unknown
                ? "The node that got this did not answer, so it may have been done or not. Repeat it with the same Idempotency-Key."
                : "The node that got this did not answer. Try again.";
    }

    private static void removeHopByHop(MultiMap headers) {
        for (String listed : headers.getAll("Connection")) {
            for (String name : listed.split(",")) {
                if (!name.isBlank()) {
                    headers.remove(name.strip());
                }
            }
        }
        HOP_BY_HOP.forEach(headers::remove);
    }
}
