package page.bits.identity;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.http.ProblemException;

/** Keys that come and go, and providers that are slow, away, or not what they should be. */
class ProviderKeysTest {

    private static final PublicJsonWebKey FIRST = Issuer.ec("first");
    private static final PublicJsonWebKey SECOND = Issuer.ec("second");
    private static final PublicJsonWebKey THIRD = Issuer.ec("third");
    private static final Issuer.Answer AWAY = exchange -> Issuer.send(exchange, 503, "away");

    private final TestClock clock = new TestClock();
    private final Issuer issuer = new Issuer("/realms/bits", FIRST);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        issuer.close();
        threads.shutdownNow();
    }

    private Sessions sessions(String... settings) {
        return sessionsOf(issuer.url(), settings);
    }

    private Sessions sessionsOf(String url, String... settings) {
        Map<String, String> more = new HashMap<>();
        Arrays.stream(settings).forEach(s -> more.put(s.split("=", 2)[0], s.split("=", 2)[1]));
        AuthConfig config = Settings.of(Settings.provider(url, more));
        return sessions(config);
    }

    private Sessions sessions(AuthConfig config) {
        return new Sessions(config, new GuestTokens(config, new GuestKey(config), clock), clock);
    }

    private String token(PublicJsonWebKey key) {
        return Issuer.token(issuer.url(), clock.instant(), key, "ES256", c -> {});
    }

    private static void assertHolds(Sessions sessions, String token) throws InvalidTokenException {
        assertEquals("someone", sessions.of(token).actor().subject());
    }

    private static void assertNoSuchKey(Sessions sessions, String token) {
        String why = assertThrows(InvalidTokenException.class, () -> sessions.of(token))
                .getMessage();
        assertThat(why, containsString("does not publish"));
    }

    private static void assertUnavailable(Sessions sessions, String token) {
        assertUnavailable(assertThrows(ProblemException.class, () -> sessions.of(token)));
    }

    private static void assertUnavailable(Throwable failure) {
        ProblemException problem = assertInstanceOf(ProblemException.class, failure);
        assertEquals(503, problem.problem().status());
        assertEquals("5", problem.headers().get("Retry-After"));
    }

    @Test
    void keysAreFetchedAtStartAndNotWithEachToken() throws Exception {
        Sessions sessions = sessions();
        sessions.onStart(null);
        await().until(() -> issuer.fetches() == 1);
        for (int i = 0; i < 10; i++) {
            assertHolds(sessions, token(FIRST));
            clock.advance(Duration.ofSeconds(1));
        }
        assertEquals(1, issuer.fetches());
        assertEquals(1, issuer.discoveries());
    }

    @Test
    void aKeyThatWasJustPublishedIsTakenAtOnce() throws Exception {
        Sessions sessions = sessions();
        assertHolds(sessions, token(FIRST));
        issuer.publish(FIRST, SECOND);
        assertHolds(sessions, token(SECOND));
        assertHolds(sessions, token(FIRST));
        assertEquals(2, issuer.fetches());
    }

    @Test
    void tokensWithKeysThatWereMadeUpDoNotHammerTheProvider() throws Exception {
        Sessions sessions = sessions();
        assertHolds(sessions, token(FIRST));
        for (int i = 0; i < 100; i++) {
            PublicJsonWebKey madeUp = Issuer.ec("made-up-" + i);
            assertNoSuchKey(sessions, token(madeUp));
        }
        assertEquals(2, issuer.fetches());

        issuer.publish(FIRST, SECOND);
        assertNoSuchKey(sessions, token(SECOND));
        clock.advance(Duration.ofSeconds(5));
        assertHolds(sessions, token(SECOND));
        assertEquals(3, issuer.fetches());
    }

    @Test
    void aTokenWhoseAlgorithmIsNotTakenCausesNoFetch() {
        assertThrows(InvalidTokenException.class, () -> sessions().of(Forgery.token(c -> c.put("iss", issuer.url()))));
        assertEquals(0, issuer.fetches());
    }

    @Test
    void aKeyThatWasTakenOutHoldsUntilKeysAreFetchedAgainAlsoForTokensThatAreRemembered() throws Exception {
        Sessions sessions = sessions();
        String remembered = token(FIRST);
        assertHolds(sessions, remembered);
        issuer.publish(SECOND);
        clock.advance(Duration.ofMinutes(7));
        assertHolds(sessions, remembered);
        assertEquals(1, issuer.fetches());
        clock.advance(Duration.ofMinutes(3));
        assertNoSuchKey(sessions, remembered);
        assertNoSuchKey(sessions, token(FIRST));
        assertHolds(sessions, token(SECOND));
    }

    @Test
    void aFetchForAnyReasonEndsAKeyThatWasTakenOut() throws Exception {
        Sessions sessions = sessions();
        String remembered = token(FIRST);
        assertHolds(sessions, remembered);
        issuer.publish(SECOND);
        assertHolds(sessions, token(SECOND));
        assertNoSuchKey(sessions, remembered);
    }

    @Test
    void allKeysCanBeTakenBack() throws Exception {
        Sessions sessions = sessions();
        assertHolds(sessions, token(FIRST));
        issuer.publish();
        clock.advance(Duration.ofMinutes(10));
        assertNoSuchKey(sessions, token(FIRST));
    }

    @Test
    void aRememberedTokenEndsWithItsExp() throws Exception {
        Sessions sessions = sessions("clock-skew=PT0S");
        String token = Issuer.token(
                issuer.url(),
                clock.instant(),
                FIRST,
                "ES256",
                c -> c.put("exp", clock.instant().getEpochSecond() + 60));
        assertHolds(sessions, token);
        clock.advance(Duration.ofSeconds(59));
        assertHolds(sessions, token);
        clock.advance(Duration.ofSeconds(1));
        assertEquals(
                "it has expired",
                assertThrows(InvalidTokenException.class, () -> sessions.of(token))
                        .getMessage());
    }

    @Test
    void keysThatGrowOldAreFetchedBeforeAnyoneHasToWait() throws Exception {
        Sessions sessions = sessions();
        assertHolds(sessions, token(FIRST));
        clock.advance(Duration.ofMinutes(8));
        CountDownLatch release = held();
        assertHolds(sessions, token(FIRST));
        release.countDown();
        await().until(() -> issuer.fetches() == 2);
        clock.advance(Duration.ofMinutes(3));
        issuer.answerKeysWith(exchange -> Issuer.send(exchange, 500, "no more of them is asked for"));
        assertHolds(sessions, token(FIRST));
        assertEquals(2, issuer.fetches());
    }

    /** Has requests for keys wait for the latch. */
    private CountDownLatch held() {
        CountDownLatch release = new CountDownLatch(1);
        issuer.answerKeysWith(exchange -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Issuer.send(exchange, 200, issuer.keySet());
        });
        return release;
    }

    @Test
    void keysAreUsedForATimeWhileTheProviderIsAway() throws Exception {
        Sessions sessions = sessions();
        String remembered = token(FIRST);
        assertHolds(sessions, remembered);
        issuer.answerKeysWith(AWAY);
        clock.advance(Duration.ofMinutes(30));
        assertHolds(sessions, remembered);
        assertHolds(sessions, token(FIRST));
        assertEquals(2, issuer.fetches(), "not again so soon");
        assertUnavailable(sessions, token(SECOND));

        clock.advance(Duration.ofMinutes(30));
        String fresh = token(FIRST);
        assertUnavailable(sessions, remembered);
        assertUnavailable(sessions, fresh);

        issuer.answerKeys();
        clock.advance(Duration.ofSeconds(5));
        assertHolds(sessions, fresh);
    }

    @Test
    void withoutAnyKeysNothingCanBeToldAndTheProviderIsNotHammered() throws Exception {
        issuer.answerKeysWith(AWAY);
        Sessions sessions = sessions();
        for (int i = 0; i < 20; i++) {
            assertUnavailable(sessions, token(FIRST));
        }
        assertEquals(1, issuer.fetches());
        issuer.answerKeys();
        assertUnavailable(sessions, token(FIRST));
        clock.advance(Duration.ofSeconds(5));
        assertHolds(sessions, token(FIRST));
    }

    @Test
    void aProviderThatTakesNoConnectionsIsAway() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        String url = "http://localhost:" + free;
        assertUnavailable(sessionsOf(url), Issuer.token(url, clock.instant(), FIRST, "ES256", c -> {}));
    }

    @Test
    void aSlowProviderHoldsAFewThreadsAndNeitherGuestsNorOtherProviders() throws Exception {
        try (Issuer other = new Issuer("/", SECOND)) {
            Map<String, String> settings =
                    Settings.provider(issuer.url(), Map.of("waiting", "2", "read-timeout", "PT1M"));
            settings.put("bits.auth.oidc.\"other\".issuer", other.url());
            settings.put("bits.auth.oidc.\"other\".audience", "bits");
            settings.put("bits.auth.oidc.\"other\".read-timeout", "PT30S");
            settings.put("bits.auth.guest-key", Forgery.SETTING);
            AuthConfig config = Settings.of(settings);
            Sessions sessions = sessions(config);
            CountDownLatch release = held();

            List<Future<Session>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                all.add(threads.submit(() -> sessions.of(token(FIRST))));
            }
            await().until(() -> all.stream().filter(Future::isDone).count() == 8);
            assertEquals(
                    "someone",
                    sessions.of(Forgery.token(clock.instant(), c -> {})).actor().subject());
            assertHolds(sessions, Issuer.token(other.url(), clock.instant(), SECOND, "ES256", c -> {}));
            assertEquals(8, all.stream().filter(Future::isDone).count());

            release.countDown();
            int held = 0;
            for (Future<Session> one : all) {
                try {
                    one.get(10, TimeUnit.SECONDS);
                    held++;
                } catch (ExecutionException e) {
                    assertUnavailable(e.getCause());
                }
            }
            assertEquals(2, held);
            assertEquals(1, issuer.fetches(), "one fetch for all");
        }
    }

    @Test
    void severalSlowProvidersTogetherHoldNoMoreThreadsThanAllMay() throws Exception {
        try (Issuer other = new Issuer("/", SECOND)) {
            Map<String, String> settings = Settings.provider(issuer.url(), Map.of("read-timeout", "PT1M"));
            settings.put("bits.auth.oidc.\"other\".issuer", other.url());
            settings.put("bits.auth.oidc.\"other\".audience", "bits");
            settings.put("bits.auth.oidc.\"other\".read-timeout", "PT1M");
            settings.put("bits.auth.waiting", "5");
            AuthConfig config = Settings.of(settings);
            Sessions sessions = sessions(config);
            CountDownLatch release = held();
            other.answerKeysWith(exchange -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                Issuer.send(exchange, 200, other.keySet());
            });
            List<Future<Session>> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(threads.submit(() -> sessions.of(token(FIRST))));
                all.add(threads.submit(
                        () -> sessions.of(Issuer.token(other.url(), clock.instant(), SECOND, "ES256", c -> {}))));
            }
            await().until(() -> all.stream().filter(Future::isDone).count() == 7);
            release.countDown();
            int held = 0;
            for (Future<Session> one : all) {
                try {
                    one.get(10, TimeUnit.SECONDS);
                    held++;
                } catch (ExecutionException e) {
                    assertUnavailable(e.getCause());
                }
            }
            assertEquals(5, held);
        }
    }

    @Test
    void whileAProviderIsKnownToBeAwayNobodyWaitsForItWithKeysThatMayBeUsed() throws Exception {
        Sessions sessions = sessions("read-timeout=PT1M");
        assertHolds(sessions, token(FIRST));
        clock.advance(Duration.ofMinutes(10));
        issuer.answerKeysWith(exchange -> Issuer.send(exchange, 500, "{}"));
        assertHolds(sessions, token(FIRST)); // waited, and it failed
        CountDownLatch release = held();
        clock.advance(Duration.ofSeconds(5));
        try {
            Session session = threads.submit(() -> sessions.of(token(FIRST))).get(10, TimeUnit.SECONDS);
            assertEquals("someone", session.actor().subject());
            await().until(() -> issuer.fetches() == 3);
        } finally {
            release.countDown();
        }
    }

    @Test
    void aFetchThatEndsWithAnErrorEndsToo() {
        OidcConfig provider =
                Settings.of(Settings.provider(issuer.url(), Map.of())).oidc().get("provider");
        ProviderKeys keys = new ProviderKeys(
                provider,
                new Semaphore(1),
                () -> {
                    throw new OutOfMemoryError("unable to create native thread");
                },
                clock);
        keys.fetch();
        assertUnavailable(assertThrows(ProblemException.class, () -> keys.contains(FIRST.getKey())));
    }

    @Test
    void allWhoBringANewKeyAtOnceShareOneFetch() throws Exception {
        Sessions sessions = sessions("read-timeout=PT1M");
        assertHolds(sessions, token(FIRST));
        issuer.publish(SECOND);
        CountDownLatch release = held();
        List<Future<Session>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(threads.submit(() -> sessions.of(token(SECOND))));
        }
        await().until(() -> all.stream().filter(Future::isDone).count() == 16);
        release.countDown();
        int held = 0;
        for (Future<Session> one : all) {
            try {
                one.get(10, TimeUnit.SECONDS);
                held++;
            } catch (ExecutionException e) {
                assertUnavailable(e.getCause()); // and not refused as if there was no such key
            }
        }
        assertEquals(4, held);
        assertEquals(2, issuer.fetches());
    }

    @Test
    void anEventLoopNeverWaitsForKeys() throws Exception {
        CountDownLatch release = held();
        Sessions sessions = sessions("read-timeout=PT1M");
        Vertx vertx = Vertx.vertx();
        try {
            CompletableFuture<Session> result = new CompletableFuture<>();
            vertx.runOnContext(ignored -> {
                try {
                    result.complete(sessions.of(token(FIRST)));
                } catch (InvalidTokenException | RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
            ExecutionException failed = assertThrows(ExecutionException.class, () -> result.get(10, TimeUnit.SECONDS));
            assertInstanceOf(IllegalStateException.class, failed.getCause());
        } finally {
            release.countDown();
            vertx.close();
        }
    }

    @Test
    void anAnswerThatTricklesInIsGivenUp() throws Exception {
        Sessions sessions = sessions("read-timeout=PT0.5S");
        CountDownLatch cut = new CountDownLatch(1);
        issuer.answerKeysWith(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    exchange.getResponseBody().write(' ');
                    exchange.getResponseBody().flush();
                    TimeUnit.MILLISECONDS.sleep(10); // as slow as the guarantee is about
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                cut.countDown();
            }
        });
        long begun = System.nanoTime();
        assertUnavailable(sessions, token(FIRST));
        assertThat(Duration.ofNanos(System.nanoTime() - begun), lessThan(Duration.ofSeconds(20)));
        assertTrue(cut.await(10, TimeUnit.SECONDS), "the connection is closed");
    }

    @Test
    void anAnswerThatIsTooLargeIsNotReadToItsEnd() throws Exception {
        Sessions sessions = sessions("max-document=10000", "read-timeout=PT1M");
        CountDownLatch cut = new CountDownLatch(1);
        issuer.answerKeysWith(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    exchange.getResponseBody().write(new byte[8192]);
                }
            } finally {
                cut.countDown();
            }
        });
        assertUnavailable(sessions, token(FIRST));
        assertTrue(cut.await(10, TimeUnit.SECONDS), "the connection is closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "{}", "null", "{\"keys\":{}}", "{\"keys\":[7]}"})
    void whatIsNoKeySetIsNotTakenForOne(String document) throws Exception {
        Sessions sessions = sessions();
        assertHolds(sessions, token(FIRST));
        issuer.answerKeysWith(exchange -> Issuer.send(exchange, 200, document));
        clock.advance(Duration.ofMinutes(10));
        assertHolds(sessions, token(FIRST));
        assertThat(issuer.fetches(), greaterThanOrEqualTo(2));
    }

    @Test
    void keysOfKindsThatAreNotKnownOrNotForSignaturesAreLeftOut() throws Exception {
        Sessions sessions = sessions();
        SECOND.setUse("enc");
        try {
            issuer.publish(FIRST, SECOND);
        } finally {
            String keys = issuer.keySet()
                    .replace(
                            "[",
                            "[{\"kty\":\"XYZ\",\"kid\":\"x\"},{\"kty\":\"oct\",\"kid\":\"first\",\"k\":\"AAAA\"},");
            issuer.answerKeysWith(exchange -> Issuer.send(exchange, 200, keys));
            SECOND.setUse(null);
        }
        assertHolds(sessions, token(FIRST));
        assertNoSuchKey(sessions, token(SECOND));
    }

    @Test
    void redirectsAreNotFollowed() {
        try (Issuer other = new Issuer("/", FIRST)) {
            issuer.answerKeysWith(exchange -> {
                exchange.getResponseHeaders().set("Location", other.keysUrl());
                Issuer.send(exchange, 302, "");
            });
            assertUnavailable(sessions(), token(FIRST));
            assertEquals(0, other.fetches());
        }
    }

    @Test
    void theDiscoveryDocumentHasToBeOfTheIssuer() {
        for (JsonObject document : List.of(
                issuer.discoveryDocument().put("issuer", issuer.url() + "/"),
                issuer.discoveryDocument().put("issuer", 7),
                new JsonObject().put("jwks_uri", issuer.keysUrl()),
                new JsonObject().put("issuer", issuer.url()),
                issuer.discoveryDocument().put("jwks_uri", 7),
                issuer.discoveryDocument().put("jwks_uri", "not an address"),
                issuer.discoveryDocument().put("jwks_uri", "file:///etc/passwd"),
                issuer.discoveryDocument().put("jwks_uri", "http://192.0.2.1/keys"))) {
            issuer.answerDiscoveryWith(exchange -> Issuer.send(exchange, 200, document.encode()));
            assertUnavailable(sessions(), token(FIRST));
        }
        issuer.answerDiscoveryWith(exchange -> Issuer.send(exchange, 200, "<html>"));
        assertUnavailable(sessions(), token(FIRST));
        assertEquals(0, issuer.fetches());
    }

    @Test
    void aSlashAtTheEndOfTheIssuerIsPartOfItsNameButNotOfItsAddress() throws Exception {
        try (Issuer slash = new Issuer("/tenant/", SECOND)) {
            assertHolds(sessionsOf(slash.url()), Issuer.token(slash.url(), clock.instant(), SECOND, "ES256", c -> {}));
            assertEquals(1, slash.discoveries());
        }
    }

    @Test
    void whereTheAddressOfTheKeysIsSetNothingIsDiscovered() throws Exception {
        String name = "https://issuer.example";
        Sessions sessions = sessionsOf(name, "jwks-url=" + issuer.keysUrl());
        assertHolds(sessions, Issuer.token(name, clock.instant(), FIRST, "ES256", c -> {}));
        assertEquals(0, issuer.discoveries());
    }

    @Test
    void aClockThatIsSetBackDoesNotMakeKeysLastLonger() throws Exception {
        Sessions sessions = sessions();
        String token = Issuer.token(
                issuer.url(),
                clock.instant().minus(Duration.ofDays(1)),
                FIRST,
                "ES256",
                c -> c.put("exp", clock.instant().getEpochSecond() + 60));
        assertHolds(sessions, token);
        issuer.publish(THIRD);
        clock.advance(Duration.ofHours(-1));
        assertNoSuchKey(sessions, token);
    }
}
