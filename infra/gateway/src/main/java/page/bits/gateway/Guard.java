package page.bits.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import page.bits.http.Problem;
import page.bits.http.ProblemType;

/**
 * Holds one client's connection to its limits: how long the head of a request may take, how long its body may take, and how
 * large that may be. What breaks a limit is answered if no answer has begun, and the connection is closed.
 *
 * <p>It sits between the codec and Vert.x in the connection's pipeline, since neither times a head that arrives bit by bit.
 * That makes this the one class that knows of Vert.x's inside.
 */
final class Guard extends ChannelDuplexHandler {

    private static final String BEFORE = "handler";

    private final GatewayConfig config;
    private final Refusals refusals;
    private final Optional<Refusal> refusal;

    /** Requests whose heads have arrived, less the answers that have ended. */
    private int underWay;

    private long bodySize;
    private boolean answering;
    private boolean closing;
    private ScheduledFuture<?> deadline;

    /** What a connection is told that is one too many. */
    record Refusal(ProblemType type, String detail) {}

    private Guard(GatewayConfig config, Refusals refusals, Optional<Refusal> refusal) {
        this.config = config;
        this.refusals = refusals;
        this.refusal = refusal;
    }

    /**
     * Watches a connection of HTTP/1 from now on, before its first request.
     *
     * @param refusal what its first request is answered with, if it is not to have any other answer
     */
    static void watch(HttpConnection connection, GatewayConfig config, Refusals refusals, Optional<Refusal> refusal) {
        ((ConnectionBase) connection)
                .channel()
                .pipeline()
                .addBefore(BEFORE, "guard", new Guard(config, refusals, refusal));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        awaitHead(ctx, config.headerTimeout());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancelDeadline();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelDeadline();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            underWay++;
            bodySize = 0;
            if (refusal.isPresent()) {
                refuse(ctx, refusal.get().type(), refusal.get().detail());
            } else if (request.decoderResult().isSuccess()
                    && HttpUtil.getContentLength(request, 0L) > config.maxBodySize()) {
                refuseBody(ctx);
            } else {
                setDeadline(
                        ctx,
                        config.bodyTimeout(),
                        () -> refuse(
                                ctx,
                                ProblemType.REQUEST_TIMEOUT,
                                "The body did not arrive within %d s."
                                        .formatted(config.bodyTimeout().toSeconds())));
            }
        }
        if (!closing && message instanceof HttpContent content) {
            bodySize += content.content().readableBytes();
            if (bodySize > config.maxBodySize()) {
                refuseBody(ctx);
            } else if (message instanceof LastHttpContent) {
                cancelDeadline();
            }
        }
        if (closing) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (closing) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new java.nio.channels.ClosedChannelException());
            return;
        }
        if (message instanceof HttpResponse response) {
            answering = response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
        }
        boolean ends = answering && message instanceof LastHttpContent;
        ctx.write(message, promise);
        if (ends) {
            answering = false;
            if (--underWay == 0) {
                awaitHead(ctx, config.keepAlive());
            }
        }
    }

    private void awaitHead(ChannelHandlerContext ctx, Duration patience) {
        boolean first = underWay == 0 && patience.equals(config.headerTimeout());
        setDeadline(ctx, patience, () -> {
            if (first) {
                refuse(
                        ctx,
                        ProblemType.REQUEST_TIMEOUT,
                        "No request has arrived within %d s.".formatted(patience.toSeconds()));
            } else {
                closing = true;
                ctx.close();
            }
        });
    }

    private void refuseBody(ChannelHandlerContext ctx) {
        refuse(ctx, ProblemType.TOO_LARGE, "A body may have %d bytes.".formatted(config.maxBodySize()));
    }

    private void refuse(ChannelHandlerContext ctx, ProblemType type, String detail) {
        cancelDeadline();
        closing = true;
        if (answering || underWay > 1) {
            ctx.close(); // in the middle of another answer
            return;
        }
        ByteBuf document =
                Unpooled.wrappedBuffer(refusals.document(type, detail).getBytes());
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(type.status()), document);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, document.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (type == ProblemType.TOO_MANY_REQUESTS || type == ProblemType.UNAVAILABLE) {
            response.headers()
                    .set(
                            HttpHeaderNames.RETRY_AFTER,
                            Math.max(1, config.retryAfter().toSeconds()));
        }
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    private void setDeadline(ChannelHandlerContext ctx, Duration patience, Runnable whenPassed) {
        cancelDeadline();
        deadline = ctx.executor().schedule(whenPassed, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
