package page.bits.sse;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.vertx.core.buffer.Buffer;
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

    /** Of HTTP/2, which tells only when all of a write is gone: the least by which a reader is seen to read. */
    private static final int PIECE = 16_384;

    private static final long CANCEL = 0x8;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Channel channel;
    private final ChannelHandlerContext encoder;
    private final ChannelPromise untold;

    /** What the socket was at when it was last looked at, and how much of that it had taken. */
    private Object head;

    private long headTaken;
    private long socketMovedAt = System.nanoTime();

    /** Of HTTP/2 alone, where a stream has a queue of its own above that of the socket. */
    private long unsentOfStream;

    private long sentOfStream;
    private long sentBefore;
    private long streamMovedAt = socketMovedAt;

    private ResponseWriter(HttpServerRequest request, ChannelHandlerContext encoder) {
        this.request = request;
        this.response = request.response();
        this.channel = ((ConnectionBase) request.connection()).channel();
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
        if (isHttp2()) {
            writeInPieces(frame.buffer());
        } else {
            response.write(frame.buffer());
        }
    }

    private void writeInPieces(Buffer frame) {
        for (int from = 0; from < frame.length(); from += PIECE) {
            Buffer piece = frame.slice(from, Math.min(frame.length(), from + PIECE));
            unsentOfStream += piece.length();
            response.write(piece).onComplete(done -> {
                unsentOfStream -= piece.length();
                sentOfStream += piece.length();
            });
        }
    }

    private boolean isHttp2() {
        return request.version() == HttpVersion.HTTP_2;
    }

    /** How many bytes wait for the socket, with what Netty counts for each of its entries; also after the end. */
    long unsent() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        if (queue == null) {
            return 0;
        }
        return isHttp2() ? unsentOfStream : queue.totalPendingWriteBytes();
    }

    /**
     * For how long the reader has taken nothing though something waits for it, in nanoseconds, as far as calls of this
     * method can tell; 0 if nothing waits. What its kernel takes counts as taken.
     */
    long stalledFor(long now) {
        lookAtSocket(now);
        if (!isHttp2()) {
            return now - socketMovedAt;
        }
        if (unsentOfStream == 0 || sentOfStream != sentBefore) {
            sentBefore = sentOfStream;
            streamMovedAt = now;
        }
        return now - streamMovedAt;
    }

    /**
     * Not by how much is queued, since that also grows, nor by writes that are done, since one frame may take a slow reader
     * long: by what is at the head of the queue, and how much of that is gone.
     */
    private void lookAtSocket(long now) {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        Object headNow = queue == null ? null : queue.current();
        long takenNow = headNow == null ? 0 : queue.currentProgress();
        if (headNow == null || headNow != head || takenNow != headTaken) {
            head = headNow;
            headTaken = takenNow;
            socketMovedAt = now;
        }
    }

    /**
     * Breaks the stream off at once, so that nothing of what waits for it is kept, not even by the kernel. Of a connection
     * that others share, as with HTTP/2, only if it is what takes nothing.
     */
    void reset() {
        if (isHttp2()) {
            response.reset(CANCEL);
            if (socketMovedAt > streamMovedAt) {
                return;
            }
        }
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // Past all handlers, which would first send what waits.
        channel.unsafe().close(channel.newPromise());
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
            closeWhereNothingElseEndsIt();
        }
    }

    /** Ends with a last frame, in one write: a node that goes away does this to thousands in a moment. */
    void end(Frame last) {
        if (isOpen()) {
            response.end(last.buffer());
            closeWhereNothingElseEndsIt();
        }
    }

    private void closeWhereNothingElseEndsIt() {
        if (request.version() == HttpVersion.HTTP_1_0) {
            // Nothing else ends such a body; Vert.x keeps the connection open if asked to.
            request.connection().close();
        }
    }
}
