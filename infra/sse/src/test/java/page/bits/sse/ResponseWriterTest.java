package page.bits.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.sse.StreamServer.PATIENCE;
import static page.bits.sse.StreamServer.await;

import io.netty.buffer.ByteBuf;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.PfxOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import page.bits.sse.StreamServer.Config;

/** What {@link ResponseWriter} relies on inside of Vert.x and Netty: an upgrade that changes it fails here. */
@Tag(SlowReaderTest.SOCKETS)
class ResponseWriterTest {

    /** How many frames a response has when it ends. */
    private static final int ALL = 300;

    /** How many of them are written at once. */
    private static final int BEGINNING = 4;

    private final BlockingQueue<Response> responses = new LinkedBlockingQueue<>();
    private final List<Throwable> exceptions = new CopyOnWriteArrayList<>();

    @AfterAll
    static void noBufferWasLost() {
        assertEquals(List.of(), Leaks.found());
    }

    /** The server's end of one request. */
    private static final class Response {
        private final ContextInternal loop;
        private final ResponseWriter writer;
        private final List<ByteBuf> lent = new ArrayList<>();

        private Response(HttpServerRequest request) {
            loop = ResponseWriter.loop(request);
            writer = ResponseWriter.begin(request, Frame.retry(1));
            // The request is still being read, while which Vert.x writes but does not flush.
            ordinary(1);
            shared(2);
            ordinary(3);
            shared(4);
        }

        private void ordinary(int number) {
            writer.write(frame(number));
        }

        private void shared(int number) {
            ByteBuf chunk = frame(number).chunk();
            lent.add(chunk);
            writer.writeShared(frame(number), chunk);
        }

        /** Writes the other frames, of both kinds at random, some at once and some each in a task of its own, and ends. */
        private void finish() {
            long seed = new Random().nextLong();
            System.out.println("ResponseWriterTest seed " + seed);
            Random random = new Random(seed);
            int next = BEGINNING + 1;
            while (next <= ALL) {
                int from = next;
                int to = Math.min(ALL, from + random.nextInt(4));
                loop.runOnContext(ignored -> {
                    for (int number = from; number <= to; number++) {
                        if (random.nextBoolean()) {
                            shared(number);
                        } else {
                            ordinary(number);
                        }
                    }
                });
                next = to + 1;
            }
            loop.runOnContext(ignored -> writer.end());
        }

        private void assertAllIsBack() {
            await().until(() -> lent.stream().allMatch(chunk -> chunk.refCnt() == 1));
            lent.forEach(ByteBuf::release);
        }
    }

    private static Frame frame(int number) {
        return Frame.of(EventName.DELTA, new EventId("e", number), "é".repeat(number % 50) + number);
    }

    private static String bodyTo(int last) {
        StringBuilder body = new StringBuilder(Frame.retry(1).toString());
        for (int number = 1; number <= last; number++) {
            body.append(frame(number));
        }
        return body.toString();
    }

    private StreamServer start(HttpServerOptions options) {
        return StreamServer.of(1, options, Config.DEFAULT, (server, request) -> {
            request.connection().exceptionHandler(exceptions::add);
            responses.add(new Response(request));
        });
    }

    private Response response() throws InterruptedException {
        Response response = responses.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (response == null) {
            throw new AssertionError("no request has come");
        }
        return response;
    }

    // Directly

    @Test
    void sharedAndOrdinaryFramesMakeOneChunkedBodyInOrder() throws Exception {
        try (StreamServer server = start(new HttpServerOptions());
                StreamClient client = StreamClient.get(server.port(), "/").open()) {
            Response response = response();
            assertTrue(response.writer.isDirect(), "the way to the encoder is no longer where it was");
            assertEquals("chunked", client.header("Transfer-Encoding"));
            await().until(() -> client.body().equals(bodyTo(BEGINNING)));
            response.finish();
            await().until(client::hasEnded);
            assertNull(client.failure());
            assertEquals(bodyTo(ALL), client.body());
            response.assertAllIsBack();
        }
    }

    @Test
    void anotherHttpClientReadsTheSame() throws Exception {
        try (StreamServer server = start(new HttpServerOptions())) {
            HttpResponse<InputStream> client = get(HttpClient.Version.HTTP_1_1, server, "/");
            Response response = response();
            assertTrue(response.writer.isDirect());
            assertBodyComesAsItIsWritten(client.body(), response);
            assertEquals(HttpClient.Version.HTTP_1_1, client.version());
        }
    }

    @Test
    void overTlsItIsAsDirect(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("localhost.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "it",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "secret",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        assertEquals(0, keytool.waitFor(), () -> "keytool failed in " + folder);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        try (InputStream bytes = Files.newInputStream(store)) {
            trusted.load(bytes, "secret".toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);

        HttpServerOptions options = new HttpServerOptions()
                .setSsl(true)
                .setKeyCertOptions(new PfxOptions().setPath(store.toString()).setPassword("secret"));
        try (StreamServer server = start(options)) {
            HttpResponse<InputStream> client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(tls)
                    .build()
                    .send(
                            HttpRequest.newBuilder(URI.create("https://localhost:" + server.port()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            Response response = response();
            assertTrue(response.writer.isDirect());
            assertBodyComesAsItIsWritten(client.body(), response);
        }
    }

    @Test
    void theConnectionServesTheNextRequestsWhenAStreamHasEnded() throws Exception {
        try (StreamServer server = start(new HttpServerOptions());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            // Two at once, the second of which waits for the end of the first, and then a third.
            String request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write((request + request).getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 3; i++) {
                if (i == 2) {
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                }
                Response response = response();
                assertTrue(responses.isEmpty());
                response.finish();
                assertTrue(StreamClient.readHead(socket.getInputStream()).startsWith("HTTP/1.1 200 OK"));
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                ChunkedBody body = new ChunkedBody(content::writeBytes);
                while (!body.isComplete()) {
                    body.read(new byte[] {(byte) socket.getInputStream().read()}, 0, 1);
                }
                assertEquals(bodyTo(ALL), content.toString(StandardCharsets.UTF_8));
                response.assertAllIsBack();
            }
        }
    }

    @Test
    void whatAReaderThatLeavesDidNotTakeIsReleasedAndNotReported() throws Exception {
        try (StreamServer server = start(new HttpServerOptions().setSendBufferSize(4_096))) {
            StreamClient client = StreamClient.get(server.port(), "/")
                    .receiveBuffer(4_096)
                    .stalled()
                    .open();
            Response response = response();
            // More than both kernels' buffers hold, whatever their size, without a look at the room.
            await().until(() -> {
                response.loop.runOnContext(ignored -> {
                    for (int i = 0; i < 100; i++) {
                        response.shared(BEGINNING + 1);
                    }
                });
                server.awaitTurn();
                return response.writer.isFull();
            });
            assertTrue(response.lent.stream().anyMatch(chunk -> chunk.refCnt() > 1));
            client.abort();
            await().until(() -> !response.writer.isOpen());
            // Nothing comes of what is written then.
            response.loop.runOnContext(ignored -> {
                response.shared(BEGINNING + 1);
                response.ordinary(BEGINNING + 1);
                response.writer.end();
            });
            server.awaitTurn();
            response.assertAllIsBack();
            // The reset is told once at most, not once for each of the frames.
            assertTrue(exceptions.size() <= 1, () -> exceptions.size() + " exceptions, first " + exceptions.get(0));
        }
    }

    // The ordinary way

    @Test
    void overHttp2ItGoesTheOrdinaryWay() throws Exception {
        try (StreamServer server = start(new HttpServerOptions())) {
            HttpResponse<InputStream> client = get(HttpClient.Version.HTTP_2, server, "/");
            assertEquals(HttpClient.Version.HTTP_2, client.version());
            Response response = response();
            assertFalse(response.writer.isDirect());
            assertBodyComesAsItIsWritten(client.body(), response);
        }
    }

    @Test
    void compressedItGoesTheOrdinaryWay() throws Exception {
        try (StreamServer server = start(new HttpServerOptions().setCompressionSupported(true))) {
            HttpResponse<InputStream> client = get(HttpClient.Version.HTTP_1_1, server, "/", "Accept-Encoding", "gzip");
            assertEquals("gzip", client.headers().firstValue("Content-Encoding").orElse("none"));
            Response response = response();
            assertFalse(response.writer.isDirect());
            assertBodyComesAsItIsWritten(new GZIPInputStream(client.body()), response);
        }
    }

    @Test
    void whereItCouldBeCompressedButIsNotItIsTheSame() throws Exception {
        try (StreamServer server = start(new HttpServerOptions().setCompressionSupported(true))) {
            HttpResponse<InputStream> client = get(HttpClient.Version.HTTP_1_1, server, "/");
            Response response = response();
            assertFalse(response.writer.isDirect());
            assertBodyComesAsItIsWritten(client.body(), response);
        }
    }

    @Test
    void overHttp10ABodyIsBareAndEndsWithItsConnection() throws Exception {
        for (String connection : List.of("", "Connection: keep-alive\r\n")) {
            try (StreamServer server = start(new HttpServerOptions());
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                socket.getOutputStream()
                        .write(("GET / HTTP/1.0\r\n" + connection + "\r\n").getBytes(StandardCharsets.US_ASCII));
                Response response = response();
                assertFalse(response.writer.isDirect());
                String head = StreamClient.readHead(socket.getInputStream());
                assertTrue(head.startsWith("HTTP/1.0 200 OK"), head);
                assertFalse(head.toLowerCase(Locale.ROOT).contains("transfer-encoding"), head);
                assertBodyComesAsItIsWritten(socket.getInputStream(), response);
            }
        }
    }

    @Test
    void theAnswerToHeadHasNoBody() throws Exception {
        try (StreamServer server = start(new HttpServerOptions());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream()
                        .write(("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                Response response = response();
                response.finish();
                server.awaitTurn();
                // A byte of a body would stand before the second head.
                assertTrue(StreamClient.readHead(socket.getInputStream()).startsWith("HTTP/1.1 200 OK"));
                response.assertAllIsBack();
            }
        }
    }

    /** The first frames before anything else is written, then the others and the end. */
    private static void assertBodyComesAsItIsWritten(InputStream body, Response response) throws IOException {
        byte[] beginning = bodyTo(BEGINNING).getBytes(StandardCharsets.UTF_8);
        assertEquals(bodyTo(BEGINNING), new String(body.readNBytes(beginning.length), StandardCharsets.UTF_8));
        response.finish();
        String rest = new String(body.readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(bodyTo(ALL), bodyTo(BEGINNING) + rest);
        response.assertAllIsBack();
    }

    private static HttpResponse<InputStream> get(
            HttpClient.Version version, StreamServer server, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newBuilder()
                .version(version)
                .build()
                .send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofInputStream());
    }
}
