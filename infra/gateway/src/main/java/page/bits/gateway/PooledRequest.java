package page.bits.gateway;

import io.quarkus.runtime.annotations.RegisterForProxy;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;

/**
 * A request that closes its connection only where that can't be another's by then.
 *
 * <p>With HTTP/1.1 a request is called off by closing its connection. Vert.x does that also once the whole answer has arrived,
 * though from then on the connection is another request's: it goes back to the pool then, which may be well before the answer
 * was read, let alone passed on. And the library that passes it on calls a request off whenever its client is gone. So a client
 * that left at the end of its answer could leave someone else without one, who was then told that nobody knows what became of
 * their action.
 *
 * <p>Here a request that has not been sent as a whole is called off at once, since no other gets its connection. The answer to
 * one that has is let come, and thrown away, for {@link #GRACE}. Once the answer has begun, the connection is let alone; an
 * answer that does not go on ends with the connection's own time-out.
 *
 * <p>On the request's event loop.
 */
@RegisterForProxy(targets = HttpClientRequest.class)
final class PooledRequest implements InvocationHandler {

    /** Short enough for a node to learn soon that nobody waits any more, and long beside what two event loops differ by. */
    static final Duration GRACE = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final HttpClientRequest request;
    private boolean sentWhole;
    private boolean calledOff;

    private PooledRequest(Vertx vertx, HttpClientRequest request) {
        this.vertx = vertx;
        this.request = request;
    }

    /** @param request that was not begun; from now on it is used by what is returned here */
    static HttpClientRequest of(Vertx vertx, HttpClientRequest request) {
        // Of its sixty methods, two matter here.
        return (HttpClientRequest) Proxy.newProxyInstance(
                HttpClientRequest.class.getClassLoader(),
                new Class<?>[] {HttpClientRequest.class},
                new PooledRequest(vertx, request));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("reset") && sentWhole) {
            return callOffLater();
        }
        sentWhole |= method.getName().equals("end");
        try {
            Object result = method.invoke(request, arguments);
            return result == request ? proxy : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private boolean callOffLater() {
        if (calledOff || request.response().isComplete()) {
            return false;
        }
        calledOff = true;
        vertx.setTimer(GRACE.toMillis(), passed -> {
            if (!request.response().isComplete()) {
                request.reset();
            }
        });
        return true;
    }
}
