package page.bits.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import page.bits.http.Problem;
import page.bits.http.ProblemType;

/**
 * Holds one client's connection to its limits: how long the head of a request may take, how long its body may take, and how
 * large that may be. What breaks a limit, or is no HTTP at all, is answered if no answer has begun, and the connection is
 * closed. It is closed too after any answer that says {@code Connection: close}.
 *
 * <p>It sits between the codec and Vert.x in the connection's pipeline, since neither times a head that arrives bit by bit.
 * So this class knows of Vert.x's inside, as does {@link KernelProbes}.
 */
final class Guard extends ChannelDuplexHandler {

    private static final String VERTX = "handler";
    private static final String DECODER = "httpDecoder";
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** Vert.x would queue any number of them. */
    private static final int MAX_PIPELINED = 16;

    private static final String NAME = "guard";

    private final GatewayConfig config;
    private final Refusals refusals;
    private final Optional<Refusal> refusal;

    /** Requests whose heads have arrived, less the answers that have ended. */
    private int underWay;

    private boolean used;
    private boolean reading;
    private long bodySize;
    private boolean answering;
    private boolean lastAnswer;
    private boolean closing;
    private boolean lingering;
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
    static void watch(
            HttpConnection connection,
            HttpServerOptions options,
            GatewayConfig config,
            Refusals refusals,
            Optional<Refusal> refusal) {
        ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
        pipeline.replace(DECODER, DECODER, new StrictDecoder(options));
        pipeline.addBefore(VERTX, NAME, new Guard(config, refusals, refusal));
    }

    /** Takes no request whose length two readers could take for two different ones. */
    private static final class StrictDecoder extends VertxHttpRequestDecoder {
        StrictDecoder(HttpServerOptions options) {
            super(options);
        }

        @Override
        protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
            throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
        }
    }

    /** Whether the last answer of a connection has been given: what comes after it is not to be handled. */
    static boolean isClosing(HttpConnection connection) {
        return ((ConnectionBase) connection).channel().pipeline().get(NAME) instanceof Guard guard && guard.closing;
    }

    /**
     * Breaks a connection off if it is not closed by itself in a moment: Vert.x first waits until all is sent, which a client
     * that does not read never lets happen.
     */
    static void closeSoon(HttpConnection connection) {
        ChannelHandlerContext ctx =
                ((ConnectionBase) connection).channel().pipeline().context(NAME);
        if (ctx != null && ctx.handler() instanceof Guard guard && ctx.channel().isActive()) {
            guard.setDeadline(ctx, LINGER, () -> {
                ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0); // nor is the kernel to wait for it
                ctx.close();
            });
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Duration patience = refusal.isPresent() ? LINGER : config.headerTimeout();
        setDeadline(
                ctx,
                patience,
                () -> refuse(
                        ctx,
                        ProblemType.REQUEST_TIMEOUT,
                        "No request has arrived within %d s.".formatted(patience.toSeconds())));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancelDeadline();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        cancelDeadline();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!closing && message instanceof HttpRequest) {
            underWay++;
            used = true;
        }
        if (!closing && message instanceof HttpObject part) {
            check(ctx, part);
        }
        if (closing) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private void check(ChannelHandlerContext ctx, HttpObject part) {
        if (refusal.isPresent()) {
            refuse(ctx, refusal.get().type(), refusal.get().detail());
        } else if (part.decoderResult().isFailure()) {
            refuseUnreadable(ctx, part.decoderResult().cause());
        } else if (underWay > MAX_PIPELINED) {
            close(ctx);
        } else {
            if (part instanceof HttpRequest request) {
                begin(ctx, request);
            }
            if (!closing && part instanceof HttpContent content) {
                receive(ctx, content);
            }
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        reading = true;
        bodySize = 0;
        List<String> encodings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            refuse(ctx, ProblemType.HTTP_VERSION, "HTTP/1.1 is spoken here.");
        } else if (!encodings.isEmpty()
                && !(encodings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.get(0)))) {
            refuse(ctx, ProblemType.BAD_REQUEST, "The only Transfer-Encoding that is taken is 'chunked'.");
        } else if (HttpUtil.getContentLength(request, 0L) > config.maxBodySize()) {
            refuseBody(ctx);
        } else {
            if (!encodings.isEmpty()) {
                request.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED); // in this spelling
            }
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

    private void receive(ChannelHandlerContext ctx, HttpContent content) {
        bodySize += content.content().readableBytes();
        if (bodySize > config.maxBodySize()) {
            refuseBody(ctx);
        } else if (content instanceof LastHttpContent) {
            reading = false;
            cancelDeadline();
            awaitNext(ctx);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (closing) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        if (message instanceof HttpResponse response
                && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            answering = true;
            lastAnswer = response.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        }
        if (answering && message instanceof LastHttpContent) {
            answering = false;
            underWay--;
            if (lastAnswer) {
                closing = true;
                setDeadline(ctx, config.keepAlive(), ctx::close); // for who does not read it
                ctx.write(message, promise.unvoid()).addListener(written -> linger(ctx));
                return;
            }
            awaitNext(ctx);
        }
        ctx.write(message, promise);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closing && ctx.channel().isActive()) {
            // The last answer is on its way, and this would cut it off where the client is still sending.
            ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
        } else {
            ctx.close(promise);
        }
    }

    /** Nothing is timed while an answer is made: that is the nodes' time. */
    private void awaitNext(ChannelHandlerContext ctx) {
        if (underWay == 0 && !reading) {
            setDeadline(ctx, config.keepAlive(), () -> close(ctx));
        }
    }

    private void refuseUnreadable(ChannelHandlerContext ctx, Throwable why) {
        if (why instanceof TooLongHttpLineException) {
            refuse(
                    ctx,
                    ProblemType.URI_TOO_LONG,
                    "The first line may have %d bytes.".formatted(config.maxRequestLine()));
        } else if (why instanceof TooLongFrameException) {
            refuse(ctx, ProblemType.HEADER_TOO_LARGE, "The head may have %d bytes.".formatted(config.maxHeaderSize()));
        } else {
            refuse(ctx, ProblemType.BAD_REQUEST, "This is not HTTP/1.1: " + why.getMessage());
        }
    }

    private void refuseBody(ChannelHandlerContext ctx) {
        refuse(ctx, ProblemType.TOO_LARGE, "A body may have %d bytes.".formatted(config.maxBodySize()));
    }

    private void refuse(ChannelHandlerContext ctx, ProblemType type, String detail) {
        if (answering || underWay > 1 || underWay == 0 && used) {
            close(ctx); // another answer would be taken for this one
            return;
        }
        closing = true;
        setDeadline(ctx, LINGER, ctx::close);
        ByteBuf document =
                Unpooled.wrappedBuffer(refusals.document(type, detail).getBytes());
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(type.status()), document);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, document.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        refusals.retryAfter(type).ifPresent(seconds -> response.headers().set(HttpHeaderNames.RETRY_AFTER, seconds));
        ctx.writeAndFlush(response).addListener(written -> linger(ctx));
    }

    /**
     * Closes the connection when the client has, or after a while. Closed at once, with bytes of the client unread, it would be
     * reset, and the client might never see the answer (RFC 9112, section 9.6).
     */
    private void linger(ChannelHandlerContext ctx) {
        if (!lingering && ctx.channel().isActive()) {
            lingering = true;
            ctx.channel().config().setAutoRead(true);
            ((DuplexChannel) ctx.channel()).shutdownOutput();
            setDeadline(ctx, LINGER, ctx::close);
        }
    }

    private void close(ChannelHandlerContext ctx) {
        closing = true;
        cancelDeadline();
        ctx.close();
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
