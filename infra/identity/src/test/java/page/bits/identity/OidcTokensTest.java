package page.bits.identity;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which tokens of a provider hold, and what is made of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OidcTokensTest {

    private static final Consumer<Map<String, Object>> AS_THEY_ARE = claims -> {};

    private final TestClock clock = new TestClock();
    private final PublicJsonWebKey rsa = Issuer.rsa("rsa");
    private final PublicJsonWebKey pss = Issuer.rsa("pss");
    private final PublicJsonWebKey ec = Issuer.ec("ec");
    private final PublicJsonWebKey ed = Issuer.ed25519("ed");
    private final PublicJsonWebKey strange = Issuer.rsa("rsa");
    private Issuer issuer;
    private Sessions sessions;

    @BeforeAll
    void begin() {
        pss.setAlgorithm("PS256");
        issuer = new Issuer("/realms/bits", rsa, pss, ec, ed);
        sessions = sessions(Map.of());
    }

    @AfterAll
    void end() {
        issuer.close();
    }

    private Sessions sessions(Map<String, String> settings) {
        Map<String, String> all = Settings.provider(issuer.url(), settings);
        all.put("bits.auth.guest-key", Forgery.SETTING);
        AuthConfig config = Settings.of(all);
        return new Sessions(config, new GuestTokens(config, new GuestKey(config), clock), clock);
    }

    private String token(Consumer<Map<String, Object>> change) {
        return token(rsa, "RS256", change);
    }

    private String token(PublicJsonWebKey key, String algorithm, Consumer<Map<String, Object>> change) {
        return Issuer.token(issuer.url(), clock.instant(), key, algorithm, change);
    }

    private String payload() {
        return new JsonObject(Issuer.claims(issuer.url(), clock.instant())).encode();
    }

    private String withHeader(String name, Object value) {
        return Issuer.signed(payload(), rsa, "RS256", Map.of(name, value));
    }

    private String refused(String token) {
        String why = assertThrows(InvalidTokenException.class, () -> sessions.of(token))
                .getMessage();
        assertThat(why, not(containsString("someone")));
        return why;
    }

    @ParameterizedTest
    @CsvSource({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    void everyAlgorithmOfAnRsaKeyIsTaken(String algorithm) throws Exception {
        assertEquals(
                "someone",
                sessions.of(token(rsa, algorithm, AS_THEY_ARE)).actor().subject());
    }

    @Test
    void keysOfSeveralKindsAreUsedSideBySide() throws Exception {
        for (String token : List.of(
                token(pss, "PS256", AS_THEY_ARE), token(ec, "ES256", AS_THEY_ARE), token(ed, "EdDSA", AS_THEY_ARE))) {
            assertEquals("someone", sessions.of(token).actor().subject());
        }
        assertThat(
                "a key is for its alg", refused(token(pss, "RS256", AS_THEY_ARE)), containsString("does not publish"));
    }

    @Test
    void whatATokenTellsBecomesTheSession() throws Exception {
        String token = token(AS_THEY_ARE);
        Session session = sessions.of(token);
        assertEquals(
                new Session(
                        new Actor(issuer.url(), "someone", new ActorName("Someone Else")),
                        token,
                        clock.instant().plusSeconds(3600)),
                session);
        assertEquals(session, sessions.of(token), "remembered");
    }

    @Test
    void theActorIsTheIssuerAndTheSubjectAndItsIdRevealsNeither() throws Exception {
        Actor actor = sessions.of(token(AS_THEY_ARE)).actor();
        Actor guest = new Actor("urn:bits:guests", "someone", ActorName.GUEST);
        assertNotEquals(guest.id(), actor.id());
        assertThat(actor.id(), not(containsString("someone")));
        assertEquals(
                actor.id(),
                sessions.of(token(c -> c.put("name", "Renamed"))).actor().id());
    }

    Stream<Arguments> badTokens() throws Exception {
        long now = clock.instant().getEpochSecond();
        String valid = token(AS_THEY_ARE);
        String[] parts = valid.split("\\.");
        return Stream.of(
                Arguments.of("its signature does not hold", token(strange, "RS256", AS_THEY_ARE)),
                Arguments.of(
                        "does not hold",
                        parts[0] + "." + token(c -> c.put("sub", "x")).split("\\.")[1] + "." + parts[2]),
                Arguments.of("expired", token(c -> {
                    c.put("exp", now - 31);
                    c.put("iat", now - 60);
                })),
                Arguments.of("lacks an exp", token(c -> c.remove("exp"))),
                Arguments.of("wrong type", token(c -> c.put("exp", "tomorrow"))),
                Arguments.of("not valid yet", token(c -> c.put("nbf", now + 31))),
                Arguments.of("iat is in the future", token(c -> c.put("iat", now + 31))),
                Arguments.of("wrong type", token(c -> c.put("iat", "now"))),
                Arguments.of("issuer is not one of ours", token(c -> c.put("iss", issuer.url() + "/"))),
                Arguments.of("issuer is not one of ours", token(c -> c.remove("iss"))),
                Arguments.of("not a signed JWT", token(c -> c.put("iss", List.of(issuer.url())))),
                Arguments.of("another audience", token(c -> c.put("aud", "other"))),
                Arguments.of("another audience", token(c -> c.put("aud", List.of()))),
                Arguments.of("another audience", token(c -> c.remove("aud"))),
                Arguments.of("wrong type", token(c -> c.put("aud", 7))),
                Arguments.of("lacks", token(c -> c.remove("sub"))),
                Arguments.of("sub is blank", token(c -> c.put("sub", " \t"))),
                Arguments.of("wrong type", token(c -> c.put("sub", 7))),
                Arguments.of("sub has more than 255", token(c -> c.put("sub", "x".repeat(256)))),
                Arguments.of(
                        "sub must not hold an unpaired surrogate",
                        Issuer.signed(payload().replace("\"someone\"", "\"\\ud800\""), rsa, "RS256", Map.of())),
                Arguments.of(
                        "not a signed JWT",
                        Issuer.signed(payload().replace("{", "{\"sub\":\"x\","), rsa, "RS256", Map.of())),
                Arguments.of("algorithm", forged("none", "")),
                Arguments.of("algorithm", forged("None", "")),
                Arguments.of("algorithm", forged("NONE", "")),
                Arguments.of("algorithm", forged("HS256", rsa.getPublicKey().getEncoded())),
                Arguments.of("algorithm", forged("HS256", rsa.toJson(OutputControlLevel.PUBLIC_ONLY))),
                Arguments.of("algorithm", forged("HS256", pem(rsa))),
                Arguments.of("algorithm", forged("HS256", Forgery.KEY)),
                Arguments.of("does not publish", Issuer.signed(payload(), Issuer.rsa("ec"), "RS256", Map.of())),
                Arguments.of("kid is no text", withHeader("kid", 7)),
                Arguments.of("kid is no text", withHeader("kid", List.of("rsa"))),
                Arguments.of("does not publish", withHeader("kid", "../../keys")),
                Arguments.of("does not publish", withHeader("kid", "' or 1=1 --")),
                Arguments.of("does not publish", withHeader("kid", "")),
                Arguments.of("crit", withHeader("crit", List.of("exp"))),
                Arguments.of("crit", withHeader("crit", List.of("b64"))),
                Arguments.of("crit", withHeader("crit", List.of())),
                Arguments.of("typ", withHeader("typ", "logout+jwt")),
                Arguments.of("typ is no text", withHeader("typ", 7)),
                Arguments.of("not a signed JWT", Issuer.signed(valid, rsa, "RS256", Map.of("cty", "JWT"))),
                Arguments.of("not a signed JWT", encrypted(payload())),
                Arguments.of("not a signed JWT", encrypted(valid)),
                Arguments.of("not a signed JWT", Issuer.signed("[".repeat(1000), rsa, "RS256", Map.of())),
                Arguments.of(
                        "issuer is not one of ours",
                        Issuer.signed("{\"a\":".repeat(900) + "1" + "}".repeat(900), rsa, "RS256", Map.of())),
                Arguments.of("not a signed JWT", valid + "."),
                Arguments.of("not a signed JWT", "." + valid),
                Arguments.of("not a signed JWT", valid + "="),
                Arguments.of("not a signed JWT", " " + valid),
                Arguments.of("not a signed JWT", valid + ", Bearer " + valid),
                Arguments.of("not a signed JWT", valid.replace(".", ".\u00e9")),
                Arguments.of("not a signed JWT", ".."),
                Arguments.of("more than 8192", "x".repeat(8193)),
                Arguments.of("more than 8192", token(c -> c.put("groups", "x".repeat(8192)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badTokens")
    void aTokenThatDoesNotHoldIsRefusedWithAReason(String why, String token) {
        assertThat(refused(token), containsString(why));
    }

    /** Signed with a MAC over the right text: what an attacker makes who knows nothing but public keys. */
    private String forged(String algorithm, byte[] secret) throws Exception {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String signed = encoder.encodeToString(new JsonObject()
                        .put("alg", algorithm)
                        .put("kid", "rsa")
                        .encode()
                        .getBytes(StandardCharsets.UTF_8))
                + "." + encoder.encodeToString(payload().getBytes(StandardCharsets.UTF_8)) + ".";
        if (secret.length == 0) {
            return signed;
        }
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return signed
                + encoder.encodeToString(
                        mac.doFinal(signed.substring(0, signed.length() - 1).getBytes(StandardCharsets.US_ASCII)));
    }

    private String forged(String algorithm, String secret) throws Exception {
        return forged(algorithm, secret.getBytes(StandardCharsets.UTF_8));
    }

    private static String pem(PublicJsonWebKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(key.getPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private String encrypted(String payload) throws Exception {
        JsonWebEncryption encryption = new JsonWebEncryption();
        encryption.setAlgorithmHeaderValue("RSA-OAEP-256");
        encryption.setEncryptionMethodHeaderParameter("A128GCM");
        encryption.setHeader("cty", "JWT");
        encryption.setKey(rsa.getPublicKey());
        encryption.setPayload(payload);
        return encryption.getCompactSerialization();
    }

    @Test
    void noHeaderBringsAKeyOfItsOwn() throws Exception {
        try (Issuer evil = new Issuer("/", strange)) {
            Map<String, Object> publicKey = strange.toParams(OutputControlLevel.PUBLIC_ONLY);
            for (Map.Entry<String, Object> header : Map.<String, Object>of(
                            "jwk", publicKey, "jku", evil.keysUrl(), "x5u", evil.keysUrl(), "x5c", List.of("MIIB"))
                    .entrySet()) {
                Map<String, Object> headers = Map.of(header.getKey(), header.getValue());
                assertThat(
                        header.getKey(),
                        refused(Issuer.signed(payload(), strange, "RS256", headers)),
                        containsString("signature"));
                assertEquals(
                        "someone",
                        sessions.of(Issuer.signed(payload(), rsa, "RS256", headers))
                                .actor()
                                .subject(),
                        header.getKey() + " beside the right key is of no matter");
            }
            assertEquals(0, evil.fetches());
        }
    }

    @Test
    void aTokenThatWasChangedAnywhereNeverHolds() throws Exception {
        String valid = token(AS_THEY_ARE);
        sessions.of(valid);
        Random random = new Random(7);
        int lastOfSignature = valid.length() - 1; // holds bits that no signature has
        for (int i = 0; i < 3000; i++) {
            StringBuilder changed = new StringBuilder(valid);
            switch (random.nextInt(3)) {
                case 0 -> changed.setCharAt(random.nextInt(lastOfSignature), (char) random.nextInt(256));
                case 1 -> changed.deleteCharAt(random.nextInt(lastOfSignature));
                default -> changed.insert(random.nextInt(lastOfSignature), (char) (33 + random.nextInt(94)));
            }
            if (!changed.toString().equals(valid)) {
                assertThrows(InvalidTokenException.class, () -> sessions.of(changed.toString()), changed::toString);
            }
        }
    }

    @Test
    void itsClockMayDifferByTheSkewButNotMore() throws Exception {
        long now = clock.instant().getEpochSecond();
        sessions.of(token(c -> {
            c.put("exp", now - 29);
            c.put("iat", now - 60);
        }));
        sessions.of(token(c -> c.put("nbf", now + 30)));
        sessions.of(token(c -> c.put("iat", now + 30)));
        Sessions exact = sessions(Map.of("clock-skew", "PT0S"));
        for (String token : List.of(
                token(c -> {
                    c.put("exp", now);
                    c.put("iat", now - 60);
                }),
                token(c -> c.put("nbf", now + 1)),
                token(c -> c.put("iat", now + 1)))) {
            assertThrows(InvalidTokenException.class, () -> exact.of(token));
        }
    }

    @Test
    void whatIsUsualBesideIsTaken() throws Exception {
        for (String token : List.of(
                token(c -> c.put("aud", List.of("account", "bits"))),
                token(c -> c.remove("iat")),
                token(c -> c.put("sub", "x".repeat(255))),
                token(c -> c.put("exp", 1e300)),
                token(c -> c.put("exp", Long.MAX_VALUE)),
                token(c -> c.put("exp", clock.instant().getEpochSecond() + 0.5 + 60)),
                withHeader("typ", "JWT"),
                withHeader("typ", "at+jwt"),
                withHeader("typ", "application/at+JWT"))) {
            Session session = sessions.of(token);
            assertTrue(session.expires().isAfter(clock.instant()));
            assertTrue(session.expires().isBefore(Instant.parse("+10000-01-01T00:00:00Z")));
        }
    }

    @Test
    void aTokenWithoutAKidIsTakenWhereOneKeyFitsOnly() throws Exception {
        rsa.setKeyId(null);
        ec.setKeyId(null);
        try {
            assertThat(refused(token(rsa, "PS256", AS_THEY_ARE)), containsString("kid"));
            assertEquals(
                    "someone",
                    sessions.of(token(ec, "ES256", AS_THEY_ARE)).actor().subject());
        } finally {
            rsa.setKeyId("rsa");
            ec.setKeyId("ec");
        }
    }

    @Test
    void onlyTheAlgorithmsThatWereSetAreTaken() throws Exception {
        Sessions ecOnly = sessions(Map.of("algorithms", "ES256"));
        ecOnly.of(token(ec, "ES256", AS_THEY_ARE));
        assertThrows(InvalidTokenException.class, () -> ecOnly.of(token(AS_THEY_ARE)));
    }

    @Test
    void anyOfSeveralAudiencesWillDo() throws Exception {
        Sessions two = sessions(Map.of("audience", "one,two"));
        two.of(token(c -> c.put("aud", "two")));
        assertThrows(InvalidTokenException.class, () -> two.of(token(AS_THEY_ARE)));
    }

    @Test
    void theNameIsTheFirstThatCanBeShown() throws Exception {
        Map<Map<String, Object>, String> names = new HashMap<>();
        names.put(Map.of("name", "Zo\u00eb", "preferred_username", "zoe"), "Zo\u00eb");
        names.put(Map.of("name", " ", "preferred_username", "zoe"), "zoe");
        names.put(Map.of("name", 7, "preferred_username", "zoe"), "zoe");
        names.put(Map.of("name", List.of("Zo\u00eb")), "Someone");
        names.put(Map.of("name", "\u200b\u0000"), "Someone");
        names.put(Map.of(), "Someone");
        names.put(Map.of("name", "two\r\nlines"), "two lines");
        names.put(Map.of("name", "x".repeat(1000)), "x".repeat(80));
        for (Map.Entry<Map<String, Object>, String> name : names.entrySet()) {
            String token = token(c -> {
                c.remove("name");
                c.putAll(name.getKey());
            });
            assertEquals(name.getValue(), sessions.of(token).actor().name().value());
        }
        Sessions nick = sessions(Map.of("name-claims", "nickname"));
        assertEquals(
                "Nick",
                nick.of(token(c -> c.put("nickname", "Nick"))).actor().name().value());
    }

    @Test
    void guestsAreVerifiedBesideAndByTheirOwnKeyAlone() throws Exception {
        String token = Forgery.token(clock.instant(), c -> {});
        Session guest = sessions.of(token);
        assertEquals(new Actor("urn:bits:guests", "someone", new ActorName("Someone")), guest.actor());
        assertEquals(guest, sessions.of(token), "remembered");
        refused(Issuer.token("urn:bits:guests", clock.instant(), rsa, "RS256", AS_THEY_ARE));
    }
}
