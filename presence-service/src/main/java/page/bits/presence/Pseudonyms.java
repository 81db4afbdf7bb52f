package page.bits.presence;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import page.bits.identity.ServiceToken;

/**
 * What viewers are told apart by: 64 bits that say nothing of who they are to whoever has no key, the same on all nodes that
 * have the same service token. The first half of an HMAC-SHA256 (RFC 2104, truncated as its section 5 allows). Any thread.
 */
@Singleton
public class Pseudonyms {

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PURPOSE = "presence viewers";

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    @Inject
    Pseudonyms(ServiceToken token) {
        this(token.derive(PURPOSE));
    }

    public Pseudonyms(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** Of someone who is signed in, named or not: whoever is here both ways is one viewer. */
    public long ofActor(String id) {
        return of("actor:" + id);
    }

    /** Of what a visitor's {@code viewer} parameter says, which is a namespace of its own. */
    long ofViewer(String viewer) {
        return of("viewer:" + viewer);
    }

    /** Of someone who is not told apart from anyone. */
    long random() {
        return random.nextLong();
    }

    private long of(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return ByteBuffer.wrap(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
