package page.bits.action.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.Test;
import page.bits.identity.ActorName;
import page.bits.identity.AuthConfig;
import page.bits.identity.Forgery;
import page.bits.identity.GuestKey;
import page.bits.identity.Session;
import page.bits.identity.Settings;

class GuestsTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:36:00Z");
    private static final AuthConfig CONFIG = Settings.of(Map.of("bits.auth.guest-key", Forgery.SETTING));

    private final Guests guests = new Guests(CONFIG, new GuestKey(CONFIG), Clock.fixed(NOW, ZoneOffset.UTC));

    /** What a token tells whoever has the key of the configuration. */
    private static JwtClaims claims(Session session) throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setCompactSerialization(session.token());
        signature.setKey(new GuestKey(CONFIG).value());
        assertEquals("HS256", signature.getAlgorithmHeaderValue());
        return JwtClaims.parse(signature.getPayload()); // which verifies the signature
    }

    @Test
    void aTokenTellsTheActorAndEndsAfterTheLifetime() throws Exception {
        Session session = guests.issue("demo-alice", new ActorName("Zo\u00eb"));
        JwtClaims claims = claims(session);
        assertEquals("urn:bits:guests", claims.getIssuer());
        assertEquals(List.of("bits"), claims.getAudience());
        assertEquals("demo-alice", claims.getSubject());
        assertEquals("Zo\u00eb", claims.getStringClaimValue("name"));
        assertEquals(NOW.getEpochSecond(), claims.getIssuedAt().getValue());
        Instant end = NOW.plus(Duration.ofDays(30));
        assertEquals(end.getEpochSecond(), claims.getExpirationTime().getValue());
        assertEquals(end, session.expires());
        assertEquals(guests.actor("demo-alice", new ActorName("Zo\u00eb")), session.actor());
    }

    @Test
    void eachGuestIsSomeoneElse() {
        assertNotEquals(
                guests.issue(ActorName.GUEST).actor().id(),
                guests.issue(ActorName.GUEST).actor().id());
    }
}
