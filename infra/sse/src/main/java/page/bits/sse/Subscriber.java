package page.bits.sse;

import io.netty.buffer.ByteBuf;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/**
 * One open stream on one channel. It is either current, and takes each update as it is published, or behind: it has just
 * come, or its socket was full, or it missed an update. One that is behind asks the channel's source, as soon as its socket
 * has room, for the one frame that leads from its own version to the newest, until there is no newer; at most one such
 * question is open.
 *
 * <p>Confined to its event loop: every method is called there.
 */
final class Subscriber {

    private static final Logger LOG = Logger.getLogger(Subscriber.class);
    private static final long ASK_AGAIN_MILLIS = 1_000;

    /** More can't be told in nanoseconds. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private enum State {
        /** Waits for room in its socket, or for the time to ask again. */
        BEHIND,
        /** Waits for the source's answer, or is writing it. */
        ASKING,
        /** Has the channel's version. */
        CURRENT
    }

    private final EventStreams streams;
    private final ContextInternal loop;
    private final StreamMeters meters;
    private final Channel channel;
    private final ResponseWriter writer;
    private final long openedAt = System.nanoTime();
    private final long lastsNanos;

    private State state = State.BEHIND;
    private OptionalLong version;

    /** The newest that the reader was told of, here or where it comes from: the view may be older at this node, and the same. */
    private long told;

    private boolean greeted;
    private boolean toldOfFailure;
    private long wroteAt = System.nanoTime();
    private long wroteVisiblyAt = wroteAt;

    Subscriber(
            EventStreams streams,
            ContextInternal loop,
            Channel channel,
            ResponseWriter writer,
            OptionalLong version,
            Optional<Duration> atMost) {
        this.streams = streams;
        this.loop = loop;
        this.meters = streams.meters();
        this.channel = channel;
        this.writer = writer;
        this.version = version;
        this.told = version.orElse(0);
        this.lastsNanos = atMost.map(Subscriber::nanos).orElse(Long.MAX_VALUE);
    }

    private static long nanos(Duration duration) {
        return duration.compareTo(LONGEST) < 0 ? duration.toNanos() : Long.MAX_VALUE;
    }

    /** Begins by asking for what leads from its version to now. */
    void begin() {
        writer.onDrain(this::catchUp);
        catchUp();
    }

    /** An update was published. */
    void offer(long from, Update update, ByteBuf chunk) {
        if (state != State.CURRENT) {
            if (greeted) {
                meters.conflated();
            }
        } else if (version.getAsLong() < update.version()) {
            if (version.getAsLong() != from || writer.isFull()) {
                meters.conflated();
                state = State.BEHIND;
                catchUp();
            } else {
                writeShared(update.frame().orElseThrow(), chunk);
                moveTo(update);
            }
        }
    }

    /** An update was published and can't be handed out: it is asked for a little later. */
    void missed(Update update) {
        if (state == State.CURRENT && version.getAsLong() < update.version()) {
            state = State.BEHIND;
            askAgain();
        }
    }

    /**
     * Tells the reader that nothing happened, if nothing did for a while. Not one that misses something: it would take what
     * the keepalive tells for what it has.
     */
    void keepAlive(long now) {
        if (now - wroteAt >= streams.quietNanos()) {
            keepAliveNow();
        }
    }

    /** Like {@link #keepAlive}, however little time has passed. */
    void keepAliveNow() {
        if (state == State.CURRENT && !writer.isFull()) {
            tell(version.getAsLong());
        }
    }

    /**
     * Sends a keepalive to the reader that has this version, unless there is a newer one.
     *
     * @return whether it was sent
     */
    private boolean tell(long has) {
        // Before the look at the channel, so that whatever it takes for published is seen to be.
        Frame keepalive = streams.keepalive(told);
        if (channel.version() > has) {
            return false;
        }
        write(keepalive);
        return true;
    }

    /** Whether it has lasted for as long as it may. */
    boolean isOver(long now) {
        return now - openedAt >= lastsNanos;
    }

    /** Whether its socket takes no more for now. */
    boolean isSlow() {
        return writer.isFull();
    }

    ResponseWriter writer() {
        return writer;
    }

    /** Writes a last frame, without a look at the room, and ends the stream. */
    void end(Frame farewell) {
        if (writer.isOpen()) {
            writer.end(farewell);
            meters.wrote(farewell);
        }
    }

    private void catchUp() {
        if (state != State.BEHIND || writer.isFull()) {
            return;
        }
        state = State.ASKING;
        ask().whenComplete((update, failure) -> loop.runOnContext(ignored -> answeredOnce(update, failure)));
    }

    private CompletionStage<Update> ask() {
        try {
            return channel.since(version);
        } catch (Exception e) {
            // Whatever it is, also an undeclared one: a stream whose question stays open would be mute for ever.
            return CompletableFuture.failedStage(e);
        }
    }

    private void answeredOnce(Update update, Throwable failure) {
        try {
            answered(update, failure);
        } catch (Throwable e) {
            // Such as no memory for a large frame. It would never ask again: its reader had better come back.
            LOG.warnf(e, "A stream can't be written and is broken off");
            writer.reset();
        }
    }

    private void answered(Update update, Throwable failure) {
        if (failure != null) {
            // Once for each that is left without, since it asks every second.
            LOG.logf(
                    toldOfFailure ? Logger.Level.DEBUG : Logger.Level.WARN,
                    failure,
                    "No frame from version %s; asking again",
                    version);
            toldOfFailure = true;
            state = State.BEHIND;
            askAgain();
        } else if (writer.isOpen()) {
            apply(update);
        }
    }

    private void askAgain() {
        loop.setTimer(ASK_AGAIN_MILLIS, ignored -> catchUp());
    }

    private void apply(Update update) {
        // Still asking while it writes: a large frame may fill the socket and drain it at once, which would ask again.
        if (update.frame().isPresent()) {
            writeOnce(update.frame().get());
            greeted = true;
        } else if (!greeted) {
            // Unless there is something newer already, which is then the first that it hears.
            greeted = tell(update.version());
        }
        moveTo(update);
        if (channel.version() > update.version()) {
            state = State.BEHIND;
            catchUp();
        } else {
            state = State.CURRENT;
        }
    }

    private void moveTo(Update update) {
        version = OptionalLong.of(update.version());
        told = Math.max(told, update.version());
        if (update.last()) {
            writer.end();
        }
    }

    /** Writes what this reader alone is sent now. A large frame may wait in others' queues as well, who came or fell behind with it. */
    private void writeOnce(Frame frame) {
        if (frame.isShared() && writer.isDirect()) {
            ByteBuf chunk = frame.chunk();
            try {
                writeShared(frame, chunk);
            } finally {
                chunk.release();
            }
        } else {
            write(frame);
        }
    }

    private void writeShared(Frame frame, ByteBuf chunk) {
        long now = System.nanoTime();
        if (now - wroteVisiblyAt >= streams.quietNanos()) {
            // The server's idle time-out sees no shared writes; now and then it must see one, or it cuts the stream.
            write(frame);
        } else {
            writer.writeShared(frame, chunk);
            meters.wrote(frame);
            wroteAt = now;
        }
    }

    private void write(Frame frame) {
        writer.write(frame);
        meters.wrote(frame);
        wroteAt = System.nanoTime();
        wroteVisiblyAt = wroteAt;
    }
}
