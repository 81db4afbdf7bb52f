package page.bits.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An answer has arrived and was not read yet, the connection has gone to another request, and then the first is called off. */
class PooledRequestTest {

    private final Vertx vertx = Installation.vertx();
    private final Service node = new Service(vertx, "node");
    private final HttpClient client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(1));
    private final LinkedBlockingQueue<HttpServerRequest> atNode = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        done(vertx.close());
    }

    @Test
    void theOtherIsAnswered() throws Exception {
        assertEquals("for the other", answerToOther(request -> PooledRequest.of(vertx, request)));
    }

    /** When this fails, Vert.x knows by itself whose connection it is, and a {@link PooledRequest} has nothing left to do. */
    @Test
    void theOtherWouldNotBeWithoutIt() {
        assertThrows(CompletionException.class, () -> answerToOther(UnaryOperator.identity()));
    }

    private String answerToOther(UnaryOperator<HttpClientRequest> wrapped) throws Exception {
        node.answer = atNode::add;
        HttpClientRequest first = wrapped.apply(done(request()));
        done(first.end());
        HttpServerRequest firstAtNode = atNode.take();
        Future<HttpClientResponse> paused = first.response().map(HttpClientResponse::pause);
        firstAtNode.response().end("for the first");
        assertEquals(200, done(paused).statusCode());

        HttpClientRequest other = done(request());
        Future<Buffer> answer = other.send().compose(HttpClientResponse::body);
        HttpServerRequest otherAtNode = atNode.take();
        assertSame(firstAtNode.connection(), otherAtNode.connection());

        first.reset();
        otherAtNode.response().end("for the other");
        return done(answer).toString();
    }

    private Future<HttpClientRequest> request() {
        return client.request(HttpMethod.GET, node.port(), "127.0.0.1", "/");
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
