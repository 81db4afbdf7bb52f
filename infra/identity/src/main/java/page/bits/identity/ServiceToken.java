package page.bits.identity;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import page.bits.http.ProblemException;

/**
 * The secret that the services of one installation share, by which one takes another's request. A service that needs it injects
 * it into a bean that is made at start; one that does not need it starts without. Any thread.
 */
@Singleton
public class ServiceToken {

    private static final Pattern VALID = Pattern.compile("[!-~]{16,}");
    private static final int RANDOM_BYTES = 32;
    private static final String MAC = "HmacSHA256";

    private final String value;

    /** @throws ConfigurationException where there is none, or what is configured can't be one */
    public ServiceToken(AuthConfig config) {
        this.value = config.serviceToken().map(ServiceToken::checked).orElseGet(() -> {
            if (!config.randomServiceToken()) {
                throw new ConfigurationException(
                        "bits.auth.service-token (BITS_AUTH_SERVICE_TOKEN) is not set. It is the"
                                + " secret that action-service and presence-service share: set the same one for both");
            }
            return random();
        });
    }

    /** What is sent to another service, as a bearer token. */
    public String value() {
        return value;
    }

    /**
     * Holds a request to come from a service of this installation: the token is its bearer. Never blocks.
     *
     * @throws ProblemException 401
     */
    public void require(RoutingContext request) {
        String presented = Authentication.bearer(request)
                .orElseThrow(() -> Authentication.unauthorized("This needs the service token as a bearer.", "Bearer"));
        if (!matches(presented)) {
            throw Authentication.unauthorized("This is not the service token.", "Bearer error=\"invalid_token\"");
        }
    }

    /** Whether this is the token; takes as long whatever differs. */
    public boolean matches(String presented) {
        return MessageDigest.isEqual(
                Digest.sha256(presented.getBytes(StandardCharsets.UTF_8)),
                Digest.sha256(value.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * A key that all services of the installation can make, and nobody else.
     *
     * @param purpose what it is for: each has another key
     * @return 32 bytes
     */
    public byte[] derive(String purpose) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(value.getBytes(StandardCharsets.UTF_8), MAC));
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + MAC, e);
        }
    }

    private static String checked(String configured) {
        if (!VALID.matcher(configured).matches()) {
            throw new ConfigurationException("bits.auth.service-token has " + configured.length()
                    + " characters; it needs 16 or more, of printable ASCII without spaces");
        }
        return configured;
    }

    private static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
