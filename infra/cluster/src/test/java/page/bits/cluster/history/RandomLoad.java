package page.bits.cluster.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Several clients at once, each on a thread of its own. */
final class RandomLoad {

    private static final int PATIENCE_SECONDS = 120;

    private final List<Client> clients;
    private final List<Thread> threads = new ArrayList<>();

    private RandomLoad(List<Client> clients) {
        this.clients = clients;
    }

    /**
     * @param name of the run; handles and keys begin with it
     * @param guests one for each client; some may be the same
     */
    static RandomLoad start(String name, List<Guest> guests, Sender sender, List<String> nodes, long seed) {
        Known known = new Known();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < guests.size(); i++) {
            clients.add(new Client(guests.get(i), name + "-" + i, sender, nodes, known, new Random(seed + i)));
        }
        RandomLoad load = new RandomLoad(clients);
        for (Client client : clients) {
            Thread thread = new Thread(client::run, "client");
            thread.setDaemon(true);
            thread.start();
            load.threads.add(thread);
        }
        return load;
    }

    /** Those to whom nothing was acknowledged that they asked for after then, and what they are about. */
    List<String> waitingSince(long nanos) {
        return clients.stream()
                .filter(client -> client.lastAcknowledgedBegan() <= nanos)
                .map(Client::toString)
                .toList();
    }

    /** Returns when every client has got its last answer, or has given up. */
    List<Asked> stop() throws InterruptedException {
        clients.forEach(Client::stop);
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            if (thread.isAlive()) {
                throw new IllegalStateException("no answer: " + clients);
            }
        }
        return clients.stream().flatMap(client -> client.all().stream()).toList();
    }
}
