package page.bits.identity;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import page.bits.http.Text;

/**
 * Fetches the keys of a provider, from where its discovery document (OpenID Connect Discovery 1.0, section 4) or the
 * configuration says. Never blocks, ends in a bounded time, reads a bounded number of bytes and follows no redirects.
 *
 * <p>Not the library's own {@code Get}, whose time-outs are for a single read: a provider that sends a byte now and then could
 * hold a fetch for hours.
 */
final class KeyFetch {

    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[(?:::|(?:0:){7})1]", Pattern.CASE_INSENSITIVE);

    private final OidcConfig provider;
    private final URI start;
    private final HttpClient client;

    /**
     * @param key of the provider in the configuration, for messages
     * @throws ConfigurationException where the address is none that keys can be fetched from
     */
    KeyFetch(String key, OidcConfig provider) {
        this.provider = provider;
        this.start = start(key, provider);
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(provider.connectTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    private static URI start(String key, OidcConfig provider) {
        Optional<URI> jwks = provider.jwksUrl();
        String setting = key + (jwks.isPresent() ? ".jwks-url" : ".issuer");
        String address = jwks.map(URI::toString).orElse(provider.issuer());
        try {
            URI uri = jwks.isPresent() ? jwks.get() : URI.create(address.replaceFirst("/$", "") + DISCOVERY);
            requireSafe(uri);
            return uri;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    setting + " is '" + address + "', and keys cannot be fetched from there: " + e.getMessage());
        }
    }

    /** Whoever can change keys on their way can sign tokens. */
    private static void requireSafe(URI uri) {
        boolean https = "https".equalsIgnoreCase(uri.getScheme());
        boolean http = "http".equalsIgnoreCase(uri.getScheme());
        if (!https && !http || uri.getHost() == null) {
            throw new IllegalArgumentException("it is not an https address");
        }
        if (http && !LOOPBACK.matcher(uri.getHost()).matches()) {
            throw new IllegalArgumentException("plain http is for this machine alone (localhost); use https");
        }
    }

    /** Fails with what to tell the operator. */
    CompletionStage<KeySet> fetch() {
        if (provider.jwksUrl().isPresent()) {
            return keys(start);
        }
        return document(start).thenCompose(document -> keys(jwksUrl(document)));
    }

    private CompletionStage<KeySet> keys(URI uri) {
        return document(uri).thenApply(KeySet::parse);
    }

    private URI jwksUrl(String document) {
        try {
            JsonObject discovered = new JsonObject(document);
            String issuer = discovered.getString("issuer");
            if (!provider.issuer().equals(issuer)) {
                throw new IllegalArgumentException(
                        "its issuer is '" + Text.quoted(String.valueOf(issuer)).replaceAll("\\p{Cntrl}", " ")
                                + "' and not '" + provider.issuer() + "'");
            }
            URI uri = URI.create(Optional.ofNullable(discovered.getString("jwks_uri"))
                    .orElseThrow(() -> new IllegalArgumentException("it has no jwks_uri")));
            requireSafe(uri);
            if ("https".equalsIgnoreCase(start.getScheme()) && !"https".equalsIgnoreCase(uri.getScheme())) {
                throw new IllegalArgumentException("its jwks_uri is not https, as it is itself");
            }
            return uri;
        } catch (DecodeException | ClassCastException e) {
            throw new IllegalArgumentException(start + " is no discovery document", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The discovery document " + start + " is not to be used: " + e.getMessage(), e);
        }
    }

    private CompletableFuture<String> document(URI uri) {
        HttpRequest request =
                HttpRequest.newBuilder(uri).header("Accept", "application/json").build();
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(request, head -> new Bounded(head.statusCode(), provider.maxDocument()));
        return exchange.copy()
                .orTimeout(provider.readTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, failure) -> {
                    if (failure instanceof TimeoutException) {
                        exchange.cancel(true);
                        throw new CompletionException(
                                new IOException(uri + " has not answered in full within " + provider.readTimeout()));
                    }
                    if (failure != null) {
                        throw new CompletionException(new IOException(uri + ": " + told(failure), failure));
                    }
                    return new String(response.body(), StandardCharsets.UTF_8);
                });
    }

    private static String told(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** The body of a response with status 200, where it is not too large. */
    private static final class Bounded implements BodySubscriber<byte[]> {

        private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final int status;
        private final int max;
        private Flow.Subscription subscription;
        private long received;

        Bounded(int status, int max) {
            this.status = status;
            this.max = max;
            bytes.getBody().thenAccept(body::complete);
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            bytes.onSubscribe(subscription);
            if (status != 200) {
                refuse("the answer has the status " + status);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            received += buffers.stream().mapToInt(ByteBuffer::remaining).sum();
            if (received > max) {
                refuse("the answer has more than " + max + " bytes");
            } else {
                bytes.onNext(buffers);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            bytes.onComplete();
        }

        private void refuse(String why) {
            body.completeExceptionally(new IOException(why));
            subscription.cancel();
        }
    }
}
