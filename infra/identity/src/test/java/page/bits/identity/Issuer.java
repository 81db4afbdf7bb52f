package page.bits.identity;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** A provider of OpenID Connect on loopback: its discovery document, its keys, and tokens signed with them. */
public final class Issuer implements AutoCloseable {

    /** What it answers a request for its keys with. */
    @FunctionalInterface
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final String url;
    private final List<PublicJsonWebKey> published = new CopyOnWriteArrayList<>();
    private final AtomicInteger discoveries = new AtomicInteger();
    private final AtomicInteger fetches = new AtomicInteger();
    private volatile Answer keys = exchange -> send(exchange, 200, keySet());
    private volatile Answer discovery =
            exchange -> send(exchange, 200, discoveryDocument().encode());

    /** @param path of the issuer, such as {@code /realms/bits} or {@code /} */
    public Issuer(String path, PublicJsonWebKey... keys) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        url = "http://localhost:" + server.getAddress().getPort() + path;
        server.createContext(path.replaceFirst("/$", "") + "/.well-known/openid-configuration", exchange -> {
            discoveries.incrementAndGet();
            discovery.to(exchange);
        });
        server.createContext("/keys", exchange -> {
            fetches.incrementAndGet();
            this.keys.to(exchange);
        });
        server.setExecutor(threads);
        server.start();
        published.addAll(List.of(keys));
    }

    public static PublicJsonWebKey rsa(String kid) {
        return key(kid, () -> RsaJwkGenerator.generateJwk(2048));
    }

    public static PublicJsonWebKey ec(String kid) {
        return key(kid, () -> EcJwkGenerator.generateJwk(EllipticCurves.P256));
    }

    static PublicJsonWebKey ed25519(String kid) {
        return key(kid, () -> OkpJwkGenerator.generateJwk("Ed25519"));
    }

    private interface Generator {
        PublicJsonWebKey generate() throws JoseException;
    }

    private static PublicJsonWebKey key(String kid, Generator generator) {
        try {
            PublicJsonWebKey key = generator.generate();
            key.setKeyId(kid);
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its {@code iss}. */
    public String url() {
        return url;
    }

    String keysUrl() {
        return "http://localhost:" + server.getAddress().getPort() + "/keys";
    }

    int fetches() {
        return fetches.get();
    }

    int discoveries() {
        return discoveries.get();
    }

    void publish(PublicJsonWebKey... keys) {
        published.clear();
        published.addAll(List.of(keys));
    }

    void answerKeysWith(Answer answer) {
        keys = answer;
    }

    void answerKeys() {
        keys = exchange -> send(exchange, 200, keySet());
    }

    void answerDiscoveryWith(Answer answer) {
        discovery = answer;
    }

    JsonObject discoveryDocument() {
        return new JsonObject().put("issuer", url).put("jwks_uri", keysUrl());
    }

    String keySet() {
        JsonArray array = new JsonArray();
        published.forEach(key -> array.add(new JsonObject(key.toJson(OutputControlLevel.PUBLIC_ONLY))));
        return new JsonObject().put("keys", array).encode();
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** Claims for an hour. */
    static Map<String, Object> claims(String issuer, Instant now) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer);
        claims.put("aud", "bits");
        claims.put("sub", "someone");
        claims.put("name", "Someone Else");
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.getEpochSecond() + 3600);
        return claims;
    }

    /** A token of these claims, changed. */
    public static String token(
            String issuer, Instant now, PublicJsonWebKey key, String algorithm, Consumer<Map<String, Object>> change) {
        Map<String, Object> claims = claims(issuer, now);
        change.accept(claims);
        return signed(new JsonObject(claims).encode(), key, algorithm, Map.of());
    }

    static String signed(String payload, JsonWebKey key, String algorithm, Map<String, Object> headers) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(algorithm);
        if (key.getKeyId() != null) {
            signature.setKeyIdHeaderValue(key.getKeyId());
        }
        headers.forEach((name, value) -> signature.getHeaders().setObjectHeaderValue(name, value));
        signature.setKey(key instanceof PublicJsonWebKey pair ? pair.getPrivateKey() : key.getKey());
        signature.setPayload(payload);
        signature.setDoKeyValidation(false);
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
