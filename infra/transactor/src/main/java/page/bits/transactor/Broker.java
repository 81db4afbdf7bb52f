package page.bits.transactor;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQIOErrorException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.core.postoffice.Binding;
import org.apache.activemq.artemis.core.postoffice.Bindings;
import org.apache.activemq.artemis.core.postoffice.QueueBinding;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnectorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyServerConnection;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;
import org.jboss.logging.Logger;

/**
 * The message broker between this process and its peers: an embedded Apache ActiveMQ Artemis that keeps nothing on disk. What
 * it holds in memory is bounded on both sides. Peers that submit faster than transactions are taken have to wait, by the
 * broker's own flow control; one that leaves too many results unread is disconnected, and reads what it missed from the log
 * when it comes back.
 *
 * <p>Messages are sent from any thread; each {@linkplain #consume consumer} is called on a thread of its own.
 */
final class Broker implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Broker.class);

    /** Encoding overhead of a message beside its body, as a first guess of its buffer's size. */
    private static final int HEAD = 256;

    private final Endpoint endpoint;
    private final TransactorConfig config;
    private final EmbeddedActiveMQ embedded = new EmbeddedActiveMQ();
    private final ExecutorService cutter = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "bits-broker-cut-off");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<String> beingCutOff = ConcurrentHashMap.newKeySet();
    private volatile Runnable onCutOff = () -> {};
    private ServerLocator locator;
    private ClientSessionFactory sessions;

    Broker(Endpoint endpoint, TransactorConfig config) {
        this.endpoint = endpoint;
        this.config = config;
    }

    /** Takes the body of one message. Blocking here holds back those who send to the address. */
    @FunctionalInterface
    interface Consumer {
        void onMessage(InputStream body) throws Exception;
    }

    /** Begins to listen for peers. */
    void start() throws Exception {
        embedded.setConfiguration(configuration());
        embedded.setSecurityManager(new OneUser(endpoint));
        embedded.start();
        if (!embedded.getActiveMQServer().isActive()) {
            throw new IllegalStateException("cannot listen on " + endpoint);
        }
        locator = ActiveMQClient.createServerLocatorWithoutHA(
                new TransportConfiguration(InVMConnectorFactory.class.getName()));
        locator.setConnectionTTL(-1);
        locator.setClientFailureCheckPeriod(-1);
        sessions = locator.createSessionFactory();
    }

    private Configuration configuration() throws Exception {
        Map<String, Object> acceptor = new HashMap<>();
        acceptor.put(TransportConstants.HOST_PROP_NAME, endpoint.host());
        acceptor.put(TransportConstants.PORT_PROP_NAME, endpoint.port());
        acceptor.put(TransportConstants.PROTOCOLS_PROP_NAME, "CORE");
        if (endpoint.encrypted()) {
            // The key that the peer library trusts, from its own jar.
            acceptor.put(TransportConstants.SSL_ENABLED_PROP_NAME, true);
            acceptor.put(TransportConstants.KEYSTORE_PATH_PROP_NAME, "datomic/transactor-key.jks");
            acceptor.put(TransportConstants.KEYSTORE_PASSWORD_PROP_NAME, "transactor");
        }
        return new ConfigurationImpl()
                .setName("bits-transactor")
                .setPersistenceEnabled(false)
                .setJMXManagementEnabled(false)
                .setSecurityEnabled(true)
                // Or it would hold back every sender once the disk is nine tenths full, of which it uses nothing.
                .setMaxDiskUsage(-1)
                .addAcceptorConfiguration(
                        new TransportConfiguration(NettyAcceptorFactory.class.getName(), acceptor, "peers"))
                .addAcceptorConfiguration(new TransportConfiguration(InVMAcceptorFactory.class.getName()))
                .addAddressSetting("#", settings(-1));
    }

    private static AddressSettings settings(long maxBytes) {
        return new AddressSettings()
                .setMaxSizeBytes(maxBytes)
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.BLOCK)
                .setAutoCreateAddresses(true)
                .setAutoCreateQueues(true);
    }

    /**
     * Has {@code consumer} called with each message to the address from now on, in the order in which they came, until
     * closed. Where more bytes wait than the configuration allows, senders have to wait.
     */
    AutoCloseable consume(String address, Consumer consumer) throws ActiveMQException {
        embedded.getActiveMQServer()
                .getAddressSettingsRepository()
                .addMatch(address, settings(config.submitBacklog().asLongValue()));
        ClientSession session =
                sessions.createSession(endpoint.username(), endpoint.password(), false, true, true, true, 1);
        String queue = address + UUID.randomUUID();
        session.createQueue(new QueueConfiguration(queue)
                .setAddress(address)
                .setRoutingType(RoutingType.MULTICAST)
                .setDurable(false)
                .setTemporary(true));
        session.createConsumer(queue).setMessageHandler(message -> {
            try {
                consumer.onMessage(new ByteArrayInputStream(body(message)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.errorf(e, "A message to %s can't be taken", address);
            }
        });
        session.start();
        return session;
    }

    private static byte[] body(ClientMessage message) {
        ActiveMQBuffer buffer = message.getBodyBuffer();
        byte[] body = new byte[buffer.readableBytes()];
        buffer.readBytes(body);
        return body;
    }

    /** Sends to all peers that listen at the address; messages of one thread arrive in its order. Never waits for a peer. */
    void send(String address, byte[] body) throws Exception {
        ActiveMQServer server = embedded.getActiveMQServer();
        CoreMessage message = new CoreMessage(server.getStorageManager().generateID(), body.length + HEAD);
        message.setAddress(address);
        message.setTimestamp(System.currentTimeMillis());
        message.getBodyBuffer().writeBytes(body);
        server.getPostOffice().route(message, true);
        for (Queue queue : queues(address)) {
            if (queue.getPersistentSize() > config.peerBacklog().asLongValue()) {
                cutOff(queue);
            }
        }
    }

    private Collection<Queue> queues(String address) throws Exception {
        Bindings bindings = embedded.getActiveMQServer()
                .getPostOffice()
                .lookupBindingsForAddress(SimpleString.toSimpleString(address));
        List<Queue> queues = new ArrayList<>();
        if (bindings != null) {
            for (Binding binding : bindings.getBindings()) {
                if (binding instanceof QueueBinding bound) {
                    queues.add(bound.getQueue());
                }
            }
        }
        return queues;
    }

    private void cutOff(Queue queue) {
        for (Object consumer : queue.getConsumers()) {
            String connection = ((ServerConsumer) consumer).getConnectionID().toString();
            if (beingCutOff.add(connection)) {
                cutter.execute(() -> {
                    try {
                        disconnect(connection, queue.getPersistentSize());
                    } finally {
                        beingCutOff.remove(connection);
                    }
                });
            }
        }
    }

    private void disconnect(String id, long backlog) {
        for (RemotingConnection connection :
                embedded.getActiveMQServer().getRemotingService().getConnections()) {
            // A consumer tells the text of its connection's id, a connection the id itself.
            if (connection.getID().toString().equals(id)) {
                disconnect(connection, backlog);
            }
        }
    }

    private void disconnect(RemotingConnection connection, long backlog) {
        LOG.warnf("Disconnecting %s, which has left %d bytes unread", connection.getRemoteAddress(), backlog);
        onCutOff.run();
        connection.fail(new ActiveMQIOErrorException("more results unread than the transactor holds for one peer"));
        connection.getTransportConnection().forceClose();
    }

    void onCutOff(Runnable listener) {
        onCutOff = listener;
    }

    /** How many peers are connected; one that watches several databases has a connection for each. */
    long peers() {
        return embedded.getActiveMQServer().getRemotingService().getConnections().stream()
                .filter(connection -> connection.getTransportConnection() instanceof NettyServerConnection)
                .count();
    }

    /** How many bytes wait in the longest queue. */
    double largestBacklog() {
        return embedded.getActiveMQServer()
                .getPostOffice()
                .getAllBindings()
                .filter(QueueBinding.class::isInstance)
                .mapToLong(binding -> ((QueueBinding) binding).getQueue().getPersistentSize())
                .max()
                .orElse(0);
    }

    @Override
    public void close() {
        cutter.shutdownNow();
        try {
            if (locator != null) {
                locator.close();
            }
            embedded.stop();
        } catch (Exception e) {
            LOG.debug("The broker did not stop cleanly", e);
        }
    }

    /** Admits whoever knows the name and password that the storage tells, to everything. */
    private record OneUser(Endpoint endpoint) implements ActiveMQSecurityManager {

        @Override
        public boolean validateUser(String user, String password) {
            return endpoint.admits(user, password);
        }

        @Override
        public boolean validateUserAndRole(String user, String password, Set<Role> roles, CheckType check) {
            return endpoint.admits(user, password);
        }
    }
}
