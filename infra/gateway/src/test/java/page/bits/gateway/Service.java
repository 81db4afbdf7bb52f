package page.bits.gateway;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A node behind the gateway: answers what the test wants it to, and remembers what it got. */
final class Service implements AutoCloseable {

    final List<Got> got = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    volatile int readiness = 200;
    volatile Handler<HttpServerRequest> answer;

    /** Answers as soon as there is a head, if it is set. */
    volatile Handler<HttpServerRequest> early;

    private final HttpServer server;

    /** A request as it arrived; one that was cut off is not among them. */
    record Got(String method, String uri, MultiMap headers, String body) {}

    Service(Vertx vertx, String name) {
        this(vertx, name, "127.0.0.1", 0);
    }

    Service(Vertx vertx, String name, String host, int port) {
        answer = request -> request.response().end(name);
        server = vertx.createHttpServer(new HttpServerOptions().setMaxHeaderSize(1 << 16));
        server.connectionHandler(connection -> {
            connections.incrementAndGet();
            connection.closeHandler(closed -> connections.decrementAndGet());
        });
        server.requestHandler(this::handle);
        server.listen(port, host).toCompletionStage().toCompletableFuture().join();
    }

    private void handle(HttpServerRequest request) {
        if (request.path().equals("/q/health/ready")) {
            if (readiness > 0) {
                request.response().setStatusCode(readiness).end();
            }
            return;
        }
        if (early != null) {
            early.handle(request);
            return;
        }
        request.body().onSuccess(body -> {
            got.add(new Got(
                    request.method().name(),
                    request.uri(),
                    MultiMap.caseInsensitiveMultiMap().addAll(request.headers()),
                    body.toString()));
            answer.handle(request);
        });
    }

    int port() {
        return server.actualPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    @Override
    public void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }
}
