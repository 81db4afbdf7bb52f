package page.bits.identity;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** JWTs made by hand, so that tests can make the ones that no library makes. */
public final class Forgery {

    /** The key of the tests' configuration. */
    public static final byte[] KEY = "k".repeat(32).getBytes(StandardCharsets.US_ASCII);

    /** The same as {@code bits.auth.guest-key} has it. */
    public static final String SETTING = Base64.getEncoder().encodeToString(KEY);

    private Forgery() {}

    /** The claims of a guest token that is valid for an hour. */
    public static Map<String, Object> claims() {
        return claims(Instant.now());
    }

    private static Map<String, Object> claims(Instant issued) {
        long now = issued.getEpochSecond();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", "urn:bits:guests");
        claims.put("aud", "bits");
        claims.put("sub", "someone");
        claims.put("name", "Someone");
        claims.put("iat", now);
        claims.put("exp", now + 3600);
        return claims;
    }

    /** A token of these claims, changed, signed with the right key. */
    public static String token(Consumer<Map<String, Object>> change) {
        return token("HS256", "HmacSHA256", KEY, change);
    }

    /** The same, issued at this time. */
    public static String token(Instant issued, Consumer<Map<String, Object>> change) {
        return token("HS256", "HmacSHA256", KEY, issued, change);
    }

    public static String token(String algorithm, String mac, byte[] key, Consumer<Map<String, Object>> change) {
        return token(algorithm, mac, key, Instant.now(), change);
    }

    private static String token(
            String algorithm, String mac, byte[] key, Instant issued, Consumer<Map<String, Object>> change) {
        Map<String, Object> claims = claims(issued);
        change.accept(claims);
        String signed = encoded(json(Map.of("alg", algorithm, "typ", "JWT"))) + "." + encoded(json(claims));
        return signed + "." + (mac == null ? "" : signature(signed, mac, key));
    }

    private static String signature(String signed, String mac, byte[] key) {
        try {
            Mac hmac = Mac.getInstance(mac);
            hmac.init(new SecretKeySpec(key, mac));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(hmac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(Map<String, Object> object) {
        return new JsonObject(object).encode();
    }

    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
