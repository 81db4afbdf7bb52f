package page.bits.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.sse.StreamServer.PATIENCE;
import static page.bits.sse.StreamServer.await;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.ContextInternal;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import page.bits.sse.EventReader.Event;
import page.bits.sse.StreamServer.Config;

class EventStreamsTest {

    private static final Event KEEPALIVE = new Event("keepalive", "", "{}");

    @AfterAll
    static void noBufferWasLost() {
        assertEquals(List.of(), Leaks.found());
    }

    /** A source whose answers the test holds back. */
    private static final class HeldSource implements FrameSource {

        private record Question(OptionalLong from, CompletableFuture<Update> answer) {}

        private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();

        @Override
        public CompletionStage<Update> since(OptionalLong from) {
            Question question = new Question(from, new CompletableFuture<>());
            questions.add(question);
            return question.answer;
        }

        Question next() throws InterruptedException {
            Question question = questions.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (question == null) {
                throw new AssertionError("no question");
            }
            return question;
        }
    }

    // A stream, from its first byte on

    @Test
    void theHeadTellsWhatAStreamIsAndRetryComesFirst() {
        Chain chain = new Chain();
        try (StreamServer server = StreamServer.of(chain.channel(), Config.DEFAULT);
                StreamClient client = server.connect()) {
            assertEquals(200, client.status());
            assertEquals("text/event-stream;charset=UTF-8", client.header("Content-Type"));
            assertEquals("no-store", client.header("Cache-Control"));
            assertEquals("no", client.header("X-Accel-Buffering"));
            assertNull(client.header("Access-Control-Allow-Origin"));
            awaitEvents(server, client, 1);
            assertEquals("retry: 2000\n\nevent: snapshot\nid: e.0\ndata: - 0\n\n", client.body());
        }
    }

    @Test
    void aNewReaderGetsTheStateAndThenEachUpdateOnceInOrder() {
        Chain chain = new Chain();
        chain.advance();
        try (StreamServer server = StreamServer.of(chain.channel(), Config.DEFAULT);
                StreamClient client = server.connect()) {
            awaitEvents(server, client, 1);
            chain.advance();
            chain.advance();
            awaitEvents(server, client, 3);
            assertEquals(
                    List.of(
                            new Event("snapshot", "e.1", "- 1"),
                            new Event("delta", "e.2", "1 2"),
                            new Event("delta", "e.3", "2 3")),
                    client.events());
            assertEquals(1, chain.questions());
            assertEquals(1, server.streams().size());
        }
    }

    @Test
    void aReaderThatResumesGetsWhatChangedSince() {
        Chain chain = new Chain();
        IntStream.range(0, 5).forEach(i -> chain.advance());
        try (StreamServer server = StreamServer.of(chain.channel(), Config.DEFAULT);
                StreamClient client = server.connect(2)) {
            awaitEvents(server, client, 1);
            chain.advance();
            awaitEvents(server, client, 2);
            assertEquals(List.of(new Event("delta", "e.5", "2 5"), new Event("delta", "e.6", "5 6")), client.events());
        }
    }

    @Test
    void aReaderThatMissedNothingGetsAKeepaliveFirst() {
        Chain chain = new Chain();
        chain.advance();
        try (StreamServer server = StreamServer.of(chain.channel(), Config.DEFAULT);
                StreamClient client = server.connect(1)) {
            awaitEvents(server, client, 1);
            chain.advance();
            awaitEvents(server, client, 2);
            assertEquals(List.of(KEEPALIVE, new Event("delta", "e.2", "1 2")), client.events());
        }
    }

    @Test
    void aReaderWhoseVersionIsNoneOfTheChannelsIsToldHowToGoOn() {
        Chain chain = new Chain();
        IntStream.range(0, 10).forEach(i -> chain.advance());
        FrameSource skipping = from -> CompletableFuture.completedFuture(
                from.isEmpty() ? chain.snapshot(7) : chain.delta(from.getAsLong(), 10));
        Channel channel = new Channel(skipping, 5);
        try (StreamServer server = StreamServer.of(channel, Config.DEFAULT);
                StreamClient client = server.connect()) {
            awaitEvents(server, client, 1);
            // Leads on from a version that this reader, ahead of the channel, never had.
            channel.publish(5, chain.delta(5, 10));
            awaitEvents(server, client, 2);
            assertEquals(
                    List.of(new Event("snapshot", "e.7", "- 7"), new Event("delta", "e.10", "7 10")), client.events());
        }
    }

    // Keepalive

    @Test
    void aQuietStreamIsKeptAlive() {
        Chain chain = new Chain();
        chain.advance();
        try (StreamServer server =
                        StreamServer.of(chain.channel(), Config.DEFAULT.withKeepalive(Duration.ofMillis(50)));
                StreamClient client = server.connect()) {
            awaitEvents(server, client, 3);
            Event keepalive = new Event("keepalive", "e.1", "{}");
            assertEquals(List.of(keepalive, keepalive), client.events().subList(1, 3));
            assertEquals("e.1", client.lastEventId());
            chain.advance();
            await().until(() -> Chain.follow(client.events()) == 2);
        }
    }

    @Test
    void aStreamWithEventsGetsNoKeepaliveAndOutlivesTheServersIdleTimeout() {
        Chain chain = new Chain();
        HttpServerOptions options =
                new HttpServerOptions().setIdleTimeout(2_500).setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        Config config = Config.DEFAULT.withKeepalive(Duration.ofSeconds(2));
        try (StreamServer server =
                        StreamServer.of(1, options, config, (it, request) -> it.open(request, chain.channel()));
                StreamClient client = server.connect()) {
            awaitEvents(server, client, 1);
            server.vertx().setPeriodic(20, timer -> chain.advance());
            long began = System.nanoTime();
            await().until(() -> {
                assertNull(client.failure());
                return System.nanoTime() - began > TimeUnit.SECONDS.toNanos(6);
            });
            assertEquals(
                    Set.of("snapshot", "delta"),
                    client.events().stream().map(Event::name).collect(Collectors.toSet()));
            assertTrue(Chain.follow(client.events()) > 50);
            assertEquals(1, server.streams().size());
        }
    }

    @Test
    void aQuietStreamOutlivesTheServersIdleTimeout() {
        Chain chain = new Chain();
        HttpServerOptions options = new HttpServerOptions().setIdleTimeout(2);
        Config config = Config.DEFAULT.withKeepalive(Duration.ofMillis(50));
        try (StreamServer server =
                        StreamServer.of(1, options, config, (it, request) -> it.open(request, chain.channel()));
                StreamClient client = server.connect()) {
            awaitEvents(server, client, 5);
            assertNull(client.failure());
        }
    }

    // The first question and updates at the same time

    @Test
    void anUpdateDuringTheFirstQuestionIsNotLostIfTheAnswerIsOlder() throws Exception {
        Chain chain = new Chain();
        HeldSource source = new HeldSource();
        Channel channel = new Channel(source, 0);
        try (StreamServer server = StreamServer.of(channel, Config.DEFAULT);
                StreamClient client = server.connect()) {
            HeldSource.Question first = source.next();
            channel.publish(0, chain.delta(0, 1));
            awaitTurnOfLoops(server);
            first.answer.complete(chain.snapshot(0));
            HeldSource.Question second = source.next();
            assertEquals(OptionalLong.of(0), second.from);
            channel.publish(1, chain.delta(1, 2));
            awaitTurnOfLoops(server);
            second.answer.complete(chain.delta(0, 1));
            HeldSource.Question third = source.next();
            assertEquals(OptionalLong.of(1), third.from);
            third.answer.complete(chain.delta(1, 2));
            awaitEvents(server, client, 3);
            channel.publish(2, chain.delta(2, 3));
            awaitEvents(server, client, 4);
            assertEquals(3, Chain.follow(client.events()));
            assertTrue(source.questions.isEmpty());
        }
    }

    @Test
    void anUpdateDuringTheFirstQuestionIsNotDoubledIfTheAnswerHasIt() throws Exception {
        Chain chain = new Chain();
        HeldSource source = new HeldSource();
        Channel channel = new Channel(source, 0);
        try (StreamServer server = StreamServer.of(channel, Config.DEFAULT);
                StreamClient client = server.connect()) {
            HeldSource.Question first = source.next();
            channel.publish(0, chain.delta(0, 1));
            awaitTurnOfLoops(server);
            first.answer.complete(chain.snapshot(2));
            awaitEvents(server, client, 1);
            // The answer was ahead of the channel, which now comes to the same.
            channel.publish(1, chain.delta(1, 2));
            channel.publish(2, chain.delta(2, 3));
            awaitEvents(server, client, 2);
            assertEquals(
                    List.of(new Event("snapshot", "e.2", "- 2"), new Event("delta", "e.3", "2 3")), client.events());
            assertTrue(source.questions.isEmpty());
        }
    }

    @Test
    void oneWhoMissedAnUpdateAsksFromItsOwnVersion() throws Exception {
        Chain chain = new Chain();
        HeldSource source = new HeldSource();
        Channel channel = new Channel(source, 0);
        try (StreamServer server = StreamServer.of(channel, Config.DEFAULT);
                StreamClient client = server.connect()) {
            source.next().answer.complete(chain.snapshot(0));
            awaitEvents(server, client, 1);
            channel.publish(3, chain.delta(3, 4));
            HeldSource.Question question = source.next();
            assertEquals(OptionalLong.of(0), question.from);
            // While it asks, nothing reaches it, not even what leads on from where it is.
            channel.publish(0, chain.delta(0, 5));
            awaitTurnOfLoops(server);
            question.answer.complete(chain.delta(0, 5));
            awaitEvents(server, client, 2);
            assertEquals(5, Chain.follow(client.events()));
            assertTrue(source.questions.isEmpty());
        }
    }

    @Test
    void aFrameLargerThanTheWriteQueueIsAskedForAndSentOnce() throws Exception {
        Chain chain = new Chain(4_000);
        HeldSource source = new HeldSource();
        Channel channel = new Channel(source, 1);
        try (StreamServer server = StreamServer.of(channel, Config.DEFAULT.withWriteQueueBytes(1_000));
                StreamClient client = server.connect()) {
            // Fills the queue when it is written and drains it when it is flushed, within the same call.
            source.next().answer.complete(chain.snapshot(1));
            awaitEvents(server, client, 1);
            channel.publish(1, chain.delta(1, 2));
            awaitEvents(server, client, 2);
            assertEquals(2, Chain.follow(client.events()));
            assertTrue(source.questions.isEmpty());
        }
    }

    @Test
    void aSourceThatFailsIsAskedAgain() {
        Chain chain = new Chain();
        AtomicInteger questions = new AtomicInteger();
        FrameSource source = from -> switch (questions.incrementAndGet()) {
            case 1 -> CompletableFuture.failedFuture(new IllegalStateException("not now"));
            case 2 -> throw EventStreamsTest.<RuntimeException>undeclared(new IOException("not at all"));
            default -> chain.since(from);
        };
        try (StreamServer server = StreamServer.of(new Channel(source, 0), Config.DEFAULT);
                StreamClient client = server.connect()) {
            awaitEvents(server, client, 1);
            assertEquals(3, questions.get());
            assertEquals(0, Chain.follow(client.events()));
        }
    }

    @Test
    void aStreamThatCannotBeWrittenIsBrokenOffSoThatItsReaderComesBack() {
        FrameSource source = from -> CompletableFuture.completedFuture(null);
        try (StreamServer server = StreamServer.of(new Channel(source, 0), Config.DEFAULT);
                StreamClient client = server.connect()) {
            await().until(() -> client.hasEnded() || client.failure() != null);
            awaitAllClosed(server, 1);
        }
    }

    /** Throws what the compiler would not let through, as code of other languages does. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> E undeclared(Exception exception) throws E {
        throw (E) exception;
    }

    @Test
    void aStreamThatHasEndedIsNotAskedForAgain() throws Exception {
        HeldSource source = new HeldSource();
        try (StreamServer server = StreamServer.of(new Channel(source, 0), Config.DEFAULT);
                StreamClient leaves = server.connect();
                StreamClient isEnded = server.connect()) {
            source.next().answer.completeExceptionally(new IllegalStateException("not now"));
            source.next().answer.completeExceptionally(new IllegalStateException("not now"));
            awaitTurnOfLoops(server);
            CompletableFuture<Void> timeToAskAgain = new CompletableFuture<>();
            server.vertx().setTimer(1_500, timer -> timeToAskAgain.complete(null));
            leaves.abort();
            server.streams().close();
            await().until(isEnded::hasEnded);
            await().until(timeToAskAgain::isDone);
            assertTrue(source.questions.isEmpty());
        }
    }

    // The end

    @Test
    void theLastUpdateEndsTheStream() {
        Chain chain = new Chain();
        try (StreamServer server = StreamServer.of(chain.channel(), Config.DEFAULT);
                StreamClient one = server.connect();
                StreamClient two = server.connect()) {
            awaitEvents(server, one, 1);
            awaitEvents(server, two, 1);
            chain.finish();
            for (StreamClient client : List.of(one, two)) {
                await().until(client::hasEnded);
                assertEquals(new Event("gone", "e.1", "0 1"), client.events().get(1));
            }
            awaitAllClosed(server, 2);
            assertFalse(chain.channel().hasSubscribers());
        }
    }

    @Test
    void aReaderThatComesAfterTheLastUpdateGetsItAndTheEnd() {
        Chain chain = new Chain();
        Frame gone = Frame.of(EventName.GONE, new EventId("e", 3), "0 3");
        // The channel being further is no reason to go on.
        Channel channel = new Channel(from -> CompletableFuture.completedFuture(Update.last(3, gone)), 4);
        try (StreamServer server = StreamServer.of(channel, Config.DEFAULT);
                StreamClient client = server.connect(0)) {
            await().until(client::hasEnded);
            assertEquals(List.of(new Event("gone", "e.3", "0 3")), client.events());
            awaitAllClosed(server, 1);
            assertFalse(channel.hasSubscribers());
            chain.advance();
        }
    }

    @Test
    void whatOnesEndThrowsKeepsNobodyFromTheirUpdate() {
        Chain chain = new Chain();
        StreamServer server = StreamServer.of(
                1,
                new HttpServerOptions(),
                Config.DEFAULT,
                (it, request) -> it.streams().open(request, chain.channel(), OptionalLong.empty(), () -> {
                    throw new IllegalStateException("thrown by the test");
                }));
        try (server;
                StreamClient one = server.connect();
                StreamClient two = server.connect()) {
            awaitEvents(server, one, 1);
            awaitEvents(server, two, 1);
            chain.finish();
            await().until(() -> one.hasEnded() && two.hasEnded());
            await().until(() -> server.streams().size() == 0);
            awaitTurnOfLoops(server);
            assertEquals(2, server.takeUncaught().size());
        }
    }

    @Test
    void aReaderThatLeavesIsForgottenAndItsEndToldOnce() {
        Chain chain = new Chain();
        try (StreamServer server = StreamServer.of(chain.channel(), Config.DEFAULT)) {
            StreamClient stays = server.connect();
            StreamClient closes = server.connect();
            StreamClient aborts = server.connect();
            for (StreamClient client : List.of(stays, closes, aborts)) {
                awaitEvents(server, client, 1);
            }
            closes.close();
            aborts.abort();
            awaitAllClosed(server, 2);
            assertEquals(1, server.streams().size());
            stays.close();
            awaitAllClosed(server, 3);
            assertEquals(0, server.streams().size());
            assertFalse(chain.channel().hasSubscribers());
            chain.advance();
            awaitTurnOfLoops(server);
            assertEquals(3, server.closed());
        }
    }

    @Test
    void nothingIsKeptOfAStreamThatHasEnded() {
        Chain chain = new Chain();
        List<WeakReference<Object>> kept = new CopyOnWriteArrayList<>();
        try (StreamServer server = StreamServer.of(1, new HttpServerOptions(), Config.DEFAULT, (it, request) -> {
            Object ofTheStream = new Object();
            kept.add(new WeakReference<>(ofTheStream));
            it.streams().open(request, chain.channel(), OptionalLong.empty(), ofTheStream::hashCode);
        })) {
            List<StreamClient> clients =
                    IntStream.range(0, 10).mapToObj(i -> server.connect()).toList();
            clients.forEach(client -> awaitEvents(server, client, 1));
            System.gc();
            assertTrue(kept.stream().noneMatch(reference -> reference.refersTo(null)));
            clients.forEach(StreamClient::close);
            await().until(() -> {
                System.gc();
                return kept.stream().allMatch(reference -> reference.refersTo(null));
            });
        }
    }

    @Test
    void aReaderThatLeavesBeforeItsFirstEventIsForgotten() throws Exception {
        Chain chain = new Chain();
        HeldSource source = new HeldSource();
        Channel channel = new Channel(source, 0);
        try (StreamServer server = StreamServer.of(channel, Config.DEFAULT)) {
            StreamClient client = server.connect();
            HeldSource.Question question = source.next();
            assertEquals(1, server.streams().size());
            assertTrue(channel.hasSubscribers());
            client.abort();
            awaitAllClosed(server, 1);
            question.answer.complete(chain.snapshot(0));
            awaitTurnOfLoops(server);
            assertEquals(1, server.closed());
            assertEquals(0, server.streams().size());
            assertFalse(channel.hasSubscribers());
            assertTrue(source.questions.isEmpty());
        }
    }

    @Test
    void aReaderThatLeftBeforeItsStreamWasOpenedIsToldAsClosed() {
        Chain chain = new Chain();
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        try (StreamServer server = StreamServer.of(1, new HttpServerOptions(), Config.DEFAULT, (it, request) -> {
            Context context = Vertx.currentContext();
            request.response().closeHandler(left -> context.runOnContext(later -> it.open(request, chain.channel())));
            request.response().setChunked(true).write(": hold on\n\n");
            arrived.complete(null);
        })) {
            StreamClient.get(server.port(), "/").open().abort();
            awaitAllClosed(server, 1);
            assertEquals(0, server.streams().size());
            assertFalse(chain.channel().hasSubscribers());
            assertTrue(arrived.isDone());
        }
    }

    @Test
    void aReaderThatLeavesIsNoticedThoughItsRequestWasPausedWithABody() {
        Chain chain = new Chain();
        try (StreamServer server = StreamServer.of(1, new HttpServerOptions(), Config.DEFAULT, (it, request) -> {
            // As Quarkus does to every request.
            request.pause();
            it.open(request, chain.channel());
        })) {
            StreamClient client = StreamClient.get(server.port(), "/")
                    .header("Content-Length", 1_000_000)
                    .body("x".repeat(1_000_000))
                    .open();
            awaitEvents(server, client, 1);
            client.close();
            awaitAllClosed(server, 1);
        }
    }

    @Test
    void closingTellsEveryReaderWhenToComeBackAndEndsItsStream() throws Exception {
        Chain chain = new Chain();
        HeldSource held = new HeldSource();
        StreamServer server = StreamServer.of(
                3,
                new HttpServerOptions(),
                Config.DEFAULT,
                (it, request) ->
                        it.open(request, request.path().equals("/held") ? new Channel(held, 0) : chain.channel()));
        List<StreamClient> clients = new ArrayList<>();
        try (server) {
            for (int i = 0; i < 30; i++) {
                clients.add(server.connect());
            }
            clients.forEach(client -> awaitEvents(server, client, 1));
            clients.add(StreamClient.get(server.port(), "/held").open());
            held.next();
            server.streams().close().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            try (StreamClient late = server.connect()) {
                assertEquals(503, late.status());
            }
            Set<Long> retries = new HashSet<>();
            for (StreamClient client : clients) {
                await().until(client::hasEnded);
                Event last = client.events().get(client.events().size() - 1);
                assertTrue(client.retry() >= 0 && client.retry() <= 5_000, "retry " + client.retry());
                assertEquals("reconnect", last.name());
                assertEquals("{\"retry\":" + client.retry() + "}", last.data());
                retries.add(client.retry());
            }
            assertTrue(retries.size() > 20, "random, but " + retries);
            awaitAllClosed(server, 31);
            assertEquals(0, server.streams().size());
            assertTrue(server.streams().isClosed());
            assertEquals(31, server.count("bits.sse.reconnects"));
            chain.advance();
            awaitTurnOfLoops(server);
            server.streams().close().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            clients.forEach(StreamClient::close);
        }
    }

    // Threads and contexts

    @Test
    void aStreamCanOnlyBeOpenedOnItsRequestsEventLoop() {
        Chain chain = new Chain();
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        try (StreamServer server = StreamServer.of(1, new HttpServerOptions(), Config.DEFAULT, (it, request) -> {
                    Thread other = new Thread(() -> {
                        try {
                            it.open(request, chain.channel());
                            refusal.complete(null);
                        } catch (RuntimeException e) {
                            refusal.complete(e);
                        }
                        request.response().end();
                    });
                    other.start();
                });
                StreamClient client = StreamClient.get(server.port(), "/").open()) {
            await().until(refusal::isDone);
            assertTrue(refusal.join() instanceof IllegalStateException, "" + refusal.join());
            assertEquals(200, client.status());
            assertEquals(0, server.streams().size());
        }
    }

    @Test
    void requestsOfOneEventLoopShareItThoughEachHasADuplicateOfItsContext() {
        Chain chain = new Chain();
        Set<Context> contexts = ConcurrentHashMap.newKeySet();
        Set<Context> loops = ConcurrentHashMap.newKeySet();
        try (StreamServer server = StreamServer.of(1, new HttpServerOptions(), Config.DEFAULT, (it, request) -> {
            ContextInternal current = (ContextInternal) it.vertx().getOrCreateContext();
            assertTrue(current.isDuplicate());
            assertSame(current.unwrap(), ResponseWriter.loop(request));
            contexts.add(current);
            loops.add(current.unwrap());
            // As Quarkus does, and one more.
            current.duplicate().runOnContext(ignored -> it.open(request, chain.channel()));
        })) {
            List<StreamClient> clients =
                    IntStream.range(0, 5).mapToObj(i -> server.connect()).toList();
            clients.forEach(client -> awaitEvents(server, client, 1));
            chain.advance();
            clients.forEach(client -> awaitEvents(server, client, 2));
            assertEquals(5, contexts.size());
            assertEquals(1, loops.size());
            clients.forEach(StreamClient::close);
            awaitAllClosed(server, 5);
        }
    }

    @Test
    void keepalivesOfAllStreamsAreMadeOutsideOfAnyRequest() {
        List<Boolean> duplicates = new CopyOnWriteArrayList<>();
        Config frequent = Config.DEFAULT.withKeepalive(Duration.ofMillis(50));
        withKeepalives(
                frequent,
                told -> duplicates.add(((ContextInternal) Vertx.currentContext()).isDuplicate()),
                new Chain().channel(),
                0,
                (streams, await) -> await.accept(3));
        assertEquals(Set.of(false), Set.copyOf(duplicates));
    }

    /** The view may be older here than what the reader has seen elsewhere, and the same. */
    @Test
    void aKeepaliveIsMadeForWhatItsReaderWasToldOf() {
        Chain chain = new Chain();
        List<Long> told = new CopyOnWriteArrayList<>();
        Channel channel = new Channel(from -> CompletableFuture.completedFuture(Update.unchanged(5)), 5);
        withKeepalives(Config.DEFAULT, told::add, channel, 7, (streams, await) -> {
            await.accept(1);
            streams.keepAliveNow();
            await.accept(2);
            channel.publish(5, chain.delta(5, 9));
            await.accept(3);
            streams.keepAliveNow();
            await.accept(4);
        });
        assertEquals(List.of(7L, 7L, 9L), told);
    }

    /**
     * One reader of a channel.
     *
     * @param made hears for which version each keepalive is made
     * @param from the version that the reader has
     * @param then does with the streams what is to be done, and can wait for a number of events
     */
    private static void withKeepalives(
            Config config, LongConsumer made, Channel channel, long from, BiConsumer<EventStreams, IntConsumer> then) {
        AtomicReference<EventStreams> streams = new AtomicReference<>();
        try (StreamServer server = StreamServer.of(
                1,
                new HttpServerOptions(),
                Config.DEFAULT,
                (it, request) -> streams.get().open(request, channel, OptionalLong.of(from), () -> {}))) {
            streams.set(new EventStreams(server.vertx(), config, StreamServer.kind(config, told -> {
                made.accept(told);
                return Frame.of(EventName.KEEPALIVE, "{}");
            })));
            try (StreamClient client = server.connect()) {
                then.accept(streams.get(), number -> awaitEvents(server, client, number));
            }
        }
    }

    @Test
    void aStreamThatMayLastNoLongerIsToldToReconnectAndEnds() {
        Chain chain = new Chain();
        AtomicInteger closed = new AtomicInteger();
        try (StreamServer server = StreamServer.of(
                        1,
                        new HttpServerOptions(),
                        Config.DEFAULT,
                        (it, request) -> it.streams()
                                .open(
                                        request,
                                        chain.channel(),
                                        OptionalLong.empty(),
                                        request.path().equals("/short")
                                                ? Optional.of(Duration.ofMillis(100))
                                                : Optional.of(Duration.ofSeconds(Long.MAX_VALUE)),
                                        closed::incrementAndGet));
                StreamClient lasting = server.connect();
                StreamClient brief = server.connectTo("/short")) {
            awaitEvents(server, brief, 2);
            assertEquals("reconnect", brief.events().get(1).name());
            await().until(() -> closed.get() == 1);
            chain.advance();
            awaitEvents(server, lasting, 2);
            assertEquals(1, server.streams().size());
        }
    }

    @Test
    void whatAKeepaliveTellsCanBeToldToAllAtOnce() {
        Chain chain = new Chain();
        try (StreamServer server = StreamServer.of(chain.channel(), Config.DEFAULT);
                StreamClient one = server.connect();
                StreamClient two = server.connect()) {
            awaitEvents(server, one, 1);
            awaitEvents(server, two, 1);
            server.streams().keepAliveNow();
            awaitEvents(server, one, 2);
            awaitEvents(server, two, 2);
            assertEquals("keepalive", one.events().get(1).name());
            assertEquals("keepalive", two.events().get(1).name());
        }
    }

    // Settings and figures

    @Test
    void aSettingThatCannotBeMeantIsToldAtStart() {
        Map<String, Config> wrong = Map.of(
                "bits.sse.keepalive", Config.DEFAULT.withKeepalive(Duration.ZERO),
                "bits.sse.stall-timeout", Config.DEFAULT.withStallTimeout(Duration.ofSeconds(-1)),
                "bits.sse.write-queue-bytes", Config.DEFAULT.withWriteQueueBytes(0));
        wrong.forEach((key, config) -> {
            ConfigurationException told = assertThrows(
                    ConfigurationException.class,
                    () -> new EventStreams(null, config, StreamServer.kind(config, version -> null)));
            assertTrue(told.getMessage().startsWith(key), told.getMessage());
        });
    }

    @Test
    void whatIsWrittenIsCounted() {
        Chain chain = new Chain();
        try (StreamServer server = StreamServer.of(chain.channel(), Config.DEFAULT);
                StreamClient one = server.connect();
                StreamClient two = server.connect()) {
            awaitEvents(server, one, 1);
            awaitEvents(server, two, 1);
            chain.advance();
            awaitEvents(server, one, 2);
            awaitEvents(server, two, 2);
            assertEquals(4, server.count("bits.sse.frames"));
            int retry = Frame.retry(2_000).size();
            assertEquals(one.body().length() - retry + two.body().length() - retry, server.count("bits.sse.written"));
            assertEquals(2, server.gauge("bits.sse.streams"));
            assertEquals(0, server.count("bits.sse.conflated"));
        }
    }

    // Many

    @Test
    void hundredsOfReadersOnSeveralLoopsComeAndGoAndSeeEveryUpdateOnce() {
        long seed = new Random().nextLong();
        System.out.println("EventStreamsTest.hundredsOfReaders… seed " + seed);
        Random random = new Random(seed);
        int updates = 500;
        Chain chain = new Chain();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        // Room for all, so that nobody may be sent fewer and larger updates.
        StreamServer server = StreamServer.of(
                4, new HttpServerOptions(), Config.DEFAULT.withWriteQueueBytes(1 << 20), (it, request) -> {
                    threads.add(Thread.currentThread());
                    it.open(request, chain.channel());
                });
        List<Visit> stay = new ArrayList<>();
        List<Visit> roam = new ArrayList<>();
        try (server) {
            for (int i = 0; i < 200; i++) {
                (i < 150 ? stay : roam).add(new Visit(server.connect(), OptionalLong.empty()));
            }
            stay.forEach(visit -> awaitEvents(server, visit.client, 1));
            int visits = 200;
            for (int i = 0; i < updates; i++) {
                chain.advance();
                if (random.nextInt(3) == 0) {
                    int which = random.nextInt(roam.size());
                    Visit left = roam.get(which);
                    OptionalLong had = left.leave(random.nextBoolean());
                    // Some come back with what they had, others with nothing.
                    OptionalLong from = random.nextBoolean() ? had : OptionalLong.empty();
                    StreamClient client = from.isPresent() ? server.connect(from.getAsLong()) : server.connect();
                    roam.set(which, new Visit(client, from));
                    visits++;
                }
            }
            List<Long> everyOne = LongStream.rangeClosed(0, updates).boxed().toList();
            for (Visit visit : stay) {
                await().until(() -> visit.version().orElse(-1) == updates);
                assertEquals(everyOne, visit.versions());
            }
            for (Visit visit : roam) {
                await().until(() -> visit.version().orElse(-1) == updates);
                List<Long> versions = visit.versions();
                assertEquals(versions.stream().sorted().distinct().toList(), versions);
            }
            assertEquals(4, threads.size());
            assertEquals(200, server.streams().size());
            stay.forEach(visit -> visit.leave(true));
            roam.forEach(visit -> visit.leave(false));
            awaitAllClosed(server, visits);
            assertEquals(0, server.streams().size());
            assertFalse(chain.channel().hasSubscribers());
        }
    }

    /** One reader's stream, and where it stood when it opened it. */
    private record Visit(StreamClient client, OptionalLong start) {

        OptionalLong version() {
            assertNull(client.failure());
            return Chain.follow(start, client.events());
        }

        /** Where each of its events brought it. */
        List<Long> versions() {
            return client.events().stream()
                    .filter(event -> !event.name().equals("keepalive"))
                    .map(event -> Long.valueOf(event.data().split(" ")[1]))
                    .toList();
        }

        OptionalLong leave(boolean abruptly) {
            if (abruptly) {
                client.abort();
            } else {
                client.close();
            }
            return Chain.follow(start, client.events());
        }
    }

    /** Until a reader has so many, and the server is done with having sent them. */
    private static void awaitEvents(StreamServer server, StreamClient client, int count) {
        await().until(() -> {
            assertNull(client.failure());
            return client.events().size() >= count;
        });
        server.awaitTurn();
    }

    private static void awaitAllClosed(StreamServer server, int count) {
        await().until(() -> server.closed() == count);
        awaitTurnOfLoops(server);
        assertEquals(count, server.closed());
    }

    /** Until the loops have done what they were given before, and what that gave them. */
    private static void awaitTurnOfLoops(StreamServer server) {
        server.awaitTurn();
        server.awaitTurn();
    }
}
