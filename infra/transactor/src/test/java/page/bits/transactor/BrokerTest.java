package page.bits.transactor;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.api.core.client.SessionFailureListener;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnectorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String ADDRESS = "some-database.tx-result";

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private Endpoint endpoint;
    private Broker broker;

    @AfterEach
    void stop() throws Exception {
        done.countDown();
        Collections.reverse(opened);
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    @Test
    void messagesOfAnySizeArriveInOrder() throws Exception {
        start(Map.of());
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        listen(message -> heard.add(message.getBodyBuffer().readInt()));
        List<Integer> sizes = List.of(4, 100_000, 5_000_000, 4, 300_000, 1_100_000, 4);
        for (int number = 0; number < sizes.size(); number++) {
            broker.send(ADDRESS, body(number, sizes.get(number)));
        }
        await().atMost(SOON).until(() -> heard.size() == sizes.size());
        assertEquals(IntStream.range(0, sizes.size()).boxed().toList(), heard);
    }

    @Test
    void aPeerThatDoesNotReadIsDisconnectedAndHoldsNobodyBack() throws Exception {
        start(Map.of("peer-backlog", "1M"));
        AtomicInteger cutOff = new AtomicInteger();
        broker.onCutOff(cutOff::incrementAndGet);
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        listen(message -> heard.add(message.getBodyBuffer().readInt()));
        AtomicInteger failed = new AtomicInteger();
        ClientSession stuck = listen(message -> awaitDone());
        stuck.addFailureListener(new FailureCount(failed));

        int messages = 60;
        for (int number = 0; number < messages; number++) {
            broker.send(ADDRESS, body(number, 200_000));
            int sent = number + 1;
            await().atMost(SOON).until(() -> heard.size() == sent);
        }

        await().atMost(SOON).until(() -> failed.get() > 0);
        assertEquals(1, cutOff.get());
        await().atMost(SOON).until(() -> broker.largestBacklog() == 0);
    }

    @Test
    void whoSendsFasterThanIsTakenHasToWaitAndLosesNothing() throws Exception {
        start(Map.of("submit-backlog", "1M"));
        AtomicInteger taken = new AtomicInteger();
        opened.add(broker.consume("some-database.tx-submit", message -> {
            awaitDone();
            taken.incrementAndGet();
        }));
        ClientSession session = session(endpoint.password());
        ClientProducer producer = session.createProducer("some-database.tx-submit");
        int messages = 300;
        AtomicInteger sent = new AtomicInteger();
        Thread sender = new Thread(() -> {
            try {
                for (int number = 0; number < messages; number++) {
                    ClientMessage message = session.createMessage(false);
                    message.getBodyBuffer().writeBytes(body(number, 50_000));
                    producer.send(message);
                    sent.incrementAndGet();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        sender.start();

        // 15 MB are to go, of which the broker holds one and the windows of both clients a little more.
        await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> isWaiting(sender) && sent.get() > 0);
        assertTrue(sent.get() < messages / 2, () -> sent + " were taken");
        done.countDown();
        await().atMost(SOON).until(() -> taken.get() == messages);
        sender.join();
    }

    @Test
    void onlyWhoCanReadTheStorageConnects() throws Exception {
        start(Map.of());
        assertThrows(ActiveMQSecurityException.class, () -> session("another password"));
    }

    @Test
    void peersAreCounted() throws Exception {
        start(Map.of());
        assertEquals(0, broker.peers());
        listen(message -> {});
        assertEquals(1, broker.peers());
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (ServerSocket occupied = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            IllegalStateException refused = assertThrows(
                    IllegalStateException.class, () -> start(Map.of("port", "" + occupied.getLocalPort())));
            assertTrue(refused.getMessage().contains("127.0.0.1:" + occupied.getLocalPort()), refused::getMessage);
        }
    }

    private void start(Map<String, String> values) throws Exception {
        Map<String, String> all = new HashMap<>(values);
        all.put("encrypt", "false");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            all.putIfAbsent("port", "" + free.getLocalPort());
        }
        TransactorConfig config = Config.with(all);
        endpoint = Endpoint.of(config);
        broker = new Broker(endpoint, config);
        opened.add(broker);
        broker.start();
    }

    private ClientSession session(String password) throws Exception {
        ServerLocator locator = ActiveMQClient.createServerLocatorWithoutHA(new TransportConfiguration(
                NettyConnectorFactory.class.getName(), Map.of("host", "127.0.0.1", "port", endpoint.port())));
        opened.add(locator);
        // As a peer has them.
        locator.setProducerWindowSize(256 * 1024);
        ClientSession session =
                locator.createSessionFactory().createSession(endpoint.username(), password, false, true, true, true, 1);
        session.start();
        return session;
    }

    private ClientSession listen(Consumer<ClientMessage> handler) throws Exception {
        ClientSession session = session(endpoint.password());
        String queue = ADDRESS + UUID.randomUUID();
        session.createQueue(new QueueConfiguration(queue)
                .setAddress(ADDRESS)
                .setRoutingType(RoutingType.MULTICAST)
                .setDurable(false)
                .setTemporary(true));
        session.createConsumer(queue).setMessageHandler(handler::accept);
        return session;
    }

    private static byte[] body(int number, int size) {
        return ByteBuffer.allocate(size).putInt(number).array();
    }

    private void awaitDone() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    private record FailureCount(AtomicInteger failures) implements SessionFailureListener {

        @Override
        public void connectionFailed(ActiveMQException reason, boolean failedOver) {
            failures.incrementAndGet();
        }

        @Override
        public void connectionFailed(ActiveMQException reason, boolean failedOver, String scaleDownTarget) {
            failures.incrementAndGet();
        }

        @Override
        public void beforeReconnect(ActiveMQException reason) {}
    }
}
