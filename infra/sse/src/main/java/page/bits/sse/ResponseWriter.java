package page.bits.sse;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Writes frames to one response; the only class that leans on the inside of Vert.x and Netty.
 *
 * <p>A frame shared by many is written below Netty's HTTP encoder, as a chunk that is already encoded: that saves the
 * encoder's work and allocation per subscriber, about a third of all that a delivered event costs. It is possible where the
 * response is a chunked HTTP/1.1 one and nothing between the encoder and us changes its body. Everywhere else (HTTP/2,
 * HTTP/1.0, compression, HEAD) frames take the ordinary way.
 *
 * <p>All methods belong on the connection's event loop.
 */
final class ResponseWriter {

    private static final String ENCODER = "httpEncoder";
    private static final String COMPRESSOR = "deflater";

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final ChannelHandlerContext encoder;
    private final ChannelPromise untold;

    private ResponseWriter(HttpServerRequest request, ChannelHandlerContext encoder) {
        this.request = request;
        this.response = request.response();
        this.encoder = encoder;
        // Netty's own would report the failure of each write that waits when a reader leaves.
        this.untold = ((ConnectionBase) request.connection()).voidPromise;
    }

    /** The event loop of a request's connection: not the current context, which is a duplicate made for one request. */
    static ContextInternal loop(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).getContext().unwrap();
    }

    /** Sends the head and {@code first}, through the encoder, so that it knows the response has begun. */
    static ResponseWriter begin(HttpServerRequest request, Frame first) {
        // Quarkus pauses every request, and while one with a body is paused its sender's leaving is not noticed.
        if (!request.isEnded()) {
            request.resume();
        }
        HttpServerResponse response = request.response();
        response.setChunked(true);
        response.putHeader("Content-Type", "text/event-stream;charset=UTF-8");
        response.putHeader("Cache-Control", "no-store");
        response.putHeader("X-Accel-Buffering", "no");
        response.write(first.buffer());
        return new ResponseWriter(request, encoder(request));
    }

    private static ChannelHandlerContext encoder(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_1_1 || request.method() == HttpMethod.HEAD) {
            return null;
        }
        Channel channel = ((ConnectionBase) request.connection()).channel();
        boolean compressing = channel.pipeline().get(COMPRESSOR) != null;
        return compressing ? null : channel.pipeline().context(ENCODER);
    }

    /** Whether shared chunks go straight to the socket. */
    boolean isDirect() {
        return encoder != null;
    }

    /** Writes a frame that others get as well; {@code chunk} is that frame, encoded, and stays the caller's. */
    void writeShared(Frame frame, ByteBuf chunk) {
        if (encoder == null) {
            write(frame);
        } else {
            encoder.writeAndFlush(chunk.retainedDuplicate(), untold);
        }
    }

    /** Writes a frame the ordinary way, which Vert.x's idle time-out sees. */
    void write(Frame frame) {
        response.write(frame.buffer());
    }

    /** Whether the socket takes no more for now; that of a stream that is over takes no more ever. */
    boolean isFull() {
        return !isOpen() || response.writeQueueFull();
    }

    void onDrain(Runnable drained) {
        response.drainHandler(ignored -> drained.run());
    }

    /** Calls {@code closed} once, when the response has ended or its connection is gone. */
    void onClose(Runnable closed) {
        response.exceptionHandler(ignored -> {});
        response.closeHandler(ignored -> closed.run());
        response.endHandler(ignored -> closed.run());
    }

    boolean isOpen() {
        return !response.ended() && !response.closed();
    }

    void end() {
        if (isOpen()) {
            response.end();
            if (request.version() == HttpVersion.HTTP_1_0) {
                // Nothing else ends such a body; Vert.x keeps the connection open if asked to.
                request.connection().close();
            }
        }
    }
}
