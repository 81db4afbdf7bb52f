package page.bits.cluster.hosted;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Posts over HTTP/1.1: as many connections as requests in flight, each with one at a time. One thread does all of it with
 * requests that were made before, and reads no more of an answer than its status and its end, so that little of the machine
 * is spent here. Who is refused with 503 comes back when Retry-After says.
 */
final class HttpLoop implements ActionsLoad.Loop {

    private static final long FIRST_KEY = 1_000_000_000;

    /** A request, and an answer, in bytes. */
    private static final int LARGEST = 4 * 1024;

    /** How often it looks for those that come back. */
    private static final long LOOK_MILLIS = 5;

    /** Between the parts is the key, where there is one. */
    private record Request(byte[] untilKey, byte[] fromKey) {}

    private final URI node;
    private final URI gateway;
    private final Tally tally;
    private final List<Author> authors = new ArrayList<>();
    private final List<String> texts = ActionsLoad.texts();
    private List<Request> requests;
    private boolean keyed;
    private long number;
    private int inFlight;
    private final Queue<Connection> toComeBack =
            new PriorityQueue<>((one, other) -> Long.signum(one.comesBackAt - other.comesBackAt));
    private volatile boolean ending;
    private Thread thread;

    HttpLoop(URI node, URI gateway, Tally tally) throws IOException {
        this.node = node;
        this.gateway = gateway;
        this.tally = tally;
        for (int i = 0; i < ActionsLoad.CREATORS; i++) {
            authors.add(Author.of(List.of(node), "author-" + i));
        }
    }

    @Override
    public void begin(ActionsLoad.Way way, int wanted) throws IOException {
        URI address = way == ActionsLoad.Way.GATEWAY ? gateway : node;
        keyed = way == ActionsLoad.Way.KEYED;
        requests = IntStream.range(0, texts.size())
                .mapToObj(i -> request(address, authors.get(i % authors.size()), texts.get(i)))
                .toList();
        ending = false;
        Selector selector = Selector.open();
        for (int i = 0; i < wanted; i++) {
            new Connection(selector, address).send();
        }
        thread = new Thread(() -> answer(selector), "http");
        thread.start();
    }

    @Override
    public void end() throws InterruptedException {
        ending = true;
        thread.join();
    }

    private Request request(URI address, Author author, String text) {
        String body = "{\"creator\":\"%s\",\"text\":\"%s\"}".formatted(author.handle(), text);
        String head = """
                POST /actions/publish-post HTTP/1.1
                Host: %s
                Authorization: Bearer %s
                Content-Type: application/json
                Content-Length: %d
                """.formatted(address.getAuthority(), author.token(), body.length())
                .replace("\n", "\r\n");
        return keyed
                ? new Request(ascii(head + "Idempotency-Key: "), ascii("\r\n\r\n" + body))
                : new Request(ascii(head + "\r\n" + body), new byte[0]);
    }

    /** Until none is in flight, once that is wanted. */
    private void answer(Selector selector) {
        try (selector) {
            while (inFlight > 0 || !(ending || toComeBack.isEmpty())) {
                selector.select(key -> ((Connection) key.attachment()).read(), LOOK_MILLIS);
                while (!ending && !toComeBack.isEmpty() && toComeBack.peek().isDue()) {
                    toComeBack.remove().send();
                }
            }
            toComeBack.clear();
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        } catch (IOException e) {
            tally.failed(e.toString());
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private final class Connection {

        private final SocketChannel channel;
        private final SelectionKey key;
        private final ByteBuffer out = ByteBuffer.allocateDirect(LARGEST);
        private final ByteBuffer in = ByteBuffer.allocateDirect(LARGEST);
        private long sentAt;
        private long comesBackAt;

        Connection(Selector selector, URI address) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress(address.getHost(), address.getPort()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        void send() throws IOException {
            inFlight++;
            Request request = requests.get((int) (number % requests.size()));
            out.clear().put(request.untilKey());
            if (keyed) {
                out.put(ascii(Long.toString(FIRST_KEY + number)));
            }
            out.put(request.fromKey()).flip();
            number++;
            in.clear();
            sentAt = System.nanoTime();
            channel.write(out);
            if (out.hasRemaining()) {
                throw new IOException(
                        "a request does not fit into the buffers of a connection that has none in flight");
            }
        }

        boolean isDue() {
            return comesBackAt - System.nanoTime() <= 0;
        }

        void read() {
            try {
                if (channel.read(in) <= 0) {
                    throw new IOException("an answer does not end");
                }
                String answer = StandardCharsets.ISO_8859_1
                        .decode(in.duplicate().flip())
                        .toString();
                int end = answer.indexOf("\r\n\r\n");
                if (end >= 0 && answer.length() >= end + 4 + number(answer, end, "content-length")) {
                    answered(answer, end);
                }
            } catch (IOException e) {
                tally.failed(e.toString());
                inFlight--;
                key.cancel();
            }
        }

        /** @throws IOException where the status is neither 200 nor 503 */
        private void answered(String answer, int end) throws IOException {
            long took = System.nanoTime() - sentAt;
            if (answer.startsWith("HTTP/1.1 503 ")) {
                comesBackAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(number(answer, end, "retry-after"));
                tally.refused(took);
                inFlight--;
                toComeBack.add(this);
                return;
            }
            if (!answer.startsWith("HTTP/1.1 200 ")) {
                throw new IOException(answer);
            }
            tally.accepted(took);
            inFlight--;
            if (!ending) {
                send();
            }
        }

        /** @throws IOException where the head has no such header */
        private static int number(String answer, int end, String header) throws IOException {
            String head = answer.substring(0, end + 2).toLowerCase(Locale.ROOT);
            String before = "\r\n" + header + ":";
            int at = head.indexOf(before);
            if (at < 0) {
                throw new IOException("no " + header + " in " + answer);
            }
            int digits = at + before.length();
            return Integer.parseInt(
                    head.substring(digits, head.indexOf("\r\n", digits)).strip());
        }
    }
}
