package page.bits.identity;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;

/**
 * Three providers for a test of the running service: {@code one} signs with RS256, {@code two} with PS256, and {@code silent}
 * takes connections and never answers. The test finds their issuers where the service does, and their private keys in the
 * settings {@code test.oidc.<name>.key}.
 */
public final class Providers implements QuarkusTestResourceLifecycleManager {

    private Issuer one;
    private Issuer two;
    private ServerSocket silent;

    @Override
    public Map<String, String> start() {
        PublicJsonWebKey keyOfOne = Issuer.rsa("1");
        PublicJsonWebKey keyOfTwo = Issuer.rsa("1");
        one = new Issuer("/realms/one", keyOfOne);
        two = new Issuer("/", keyOfTwo);
        try {
            silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> settings = new HashMap<>();
        add(settings, "one", one.url(), keyOfOne);
        add(settings, "two", two.url(), keyOfTwo);
        add(settings, "silent", "http://localhost:" + silent.getLocalPort(), Issuer.rsa("1"));
        settings.put("bits.auth.oidc.\"silent\".read-timeout", "PT1S");
        return settings;
    }

    private static void add(Map<String, String> settings, String name, String issuer, PublicJsonWebKey key) {
        settings.put("bits.auth.oidc.\"" + name + "\".issuer", issuer);
        settings.put("bits.auth.oidc.\"" + name + "\".audience", "bits-" + name);
        // Machines that run tests are busy.
        settings.put("bits.auth.oidc.\"" + name + "\".connect-timeout", "PT30S");
        settings.put("bits.auth.oidc.\"" + name + "\".read-timeout", "PT30S");
        settings.put(
                "test.oidc." + name + ".key",
                new JsonObject(key.toParams(OutputControlLevel.INCLUDE_PRIVATE)).encode());
    }

    @Override
    public void stop() {
        try {
            silent.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            one.close();
            two.close();
        }
    }
}
