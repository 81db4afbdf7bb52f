package page.bits.identity;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.security.Key;
import java.security.SecureRandom;
import java.util.Base64;
import org.jose4j.keys.HmacKey;

/**
 * The key that guest tokens are signed and verified with (HS256). All processes that are told the same one take one another's
 * guests; a process that is told none has a random one of its own, by which nobody else's guest is anybody.
 */
@Singleton
@Startup // and not with the first token, so that a key that is no key ends the process at once
public class GuestKey {

    private static final int BYTES = 32;

    private final Key value;

    /** @throws ConfigurationException where the configured key is none, or too short */
    public GuestKey(AuthConfig config) {
        this.value = new HmacKey(config.guestKey().map(GuestKey::decoded).orElseGet(GuestKey::random));
    }

    public Key value() {
        return value;
    }

    private static byte[] decoded(String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("bits.auth.guest-key is not Base64: " + e.getMessage());
        }
        if (key.length < BYTES) {
            throw new ConfigurationException(
                    "bits.auth.guest-key has " + key.length + " bytes; it needs " + BYTES + " or more");
        }
        return key;
    }

    private static byte[] random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
