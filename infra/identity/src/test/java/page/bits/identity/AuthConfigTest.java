package page.bits.identity;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that can't be used end the process at start, with words that tell which. */
class AuthConfigTest {

    private static Sessions sessions(Map<String, String> settings) {
        AuthConfig config = Settings.of(settings);
        return new Sessions(config, new GuestTokens(config, new GuestKey(config)), Clock.systemUTC());
    }

    private static String refused(Map<String, String> settings) {
        return assertThrows(ConfigurationException.class, () -> sessions(settings))
                .getMessage();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://id.example.com", "https://id.example.com/realms/bits", "https://id.example.com/",
                        "http://localhost:8180/realms/bits",
                "http://127.0.0.1:8180", "http://127.9.9.9", "http://[::1]:8180", "HTTP://LocalHost:1"
            })
    void anIssuerIsHttpsOrOnThisMachine(String issuer) {
        sessions(Settings.provider(issuer, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://id.example.com",
                "http://localhost.example.com",
                "http://127.0.0.1.example.com",
                "http://10.0.0.1",
                "http://[::2]",
                "http://localhost@id.example.com",
                "id.example.com",
                "ftp://id.example.com",
                "https://",
                "https:///x",
                "not an address",
                "file:///etc"
            })
    void anyOtherAddressToFetchKeysFromIsRefused(String address) {
        String issuer = refused(Settings.provider(address, Map.of()));
        assertThat(issuer, containsString("bits.auth.oidc.\"provider\".issuer is '" + address + "'"));
        if (!address.contains(" ") && !address.equals("https://")) { // which are no URIs to begin with
            String jwks = refused(Settings.provider("https://id.example.com", Map.of("jwks-url", address)));
            assertThat(jwks, containsString("bits.auth.oidc.\"provider\".jwks-url is '" + address + "'"));
        }
        sessions(Settings.provider(address, Map.of("jwks-url", "https://id.example.com/keys")));
    }

    @Test
    void plainHttpIsToldToBeTheReason() {
        assertThat(refused(Settings.provider("http://id.example.com", Map.of())), containsString("use https"));
    }

    @Test
    void anIssuerBelongsToOneProvider() {
        Map<String, String> two = new HashMap<>(Settings.provider("https://id.example.com", Map.of()));
        two.put("bits.auth.oidc.\"another\".issuer", "https://id.example.com");
        two.put("bits.auth.oidc.\"another\".audience", "other");
        assertThat(refused(two), containsString("'https://id.example.com' is the issuer of two"));
        two.put("bits.auth.oidc.\"another\".issuer", "https://id.example.com/");
        sessions(two);

        Map<String, String> guests = new HashMap<>(Settings.provider("https://id.example.com", Map.of()));
        guests.put("bits.auth.guest-issuer", "https://id.example.com");
        assertThat(refused(guests), containsString("is the issuer of two"));
    }

    @Test
    void issuerAndAudienceAreRequired() {
        for (String required : List.of("issuer", "audience")) {
            Map<String, String> settings = Settings.provider("https://id.example.com", Map.of());
            settings.remove(Settings.PROVIDER + required);
            assertThat(
                    assertThrows(ConfigValidationException.class, () -> Settings.of(settings))
                            .getMessage(),
                    containsString(Settings.PROVIDER + required));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "algorithms, HS256", "algorithms, 'RS256,HS512'", "algorithms, none", "algorithms, rs256",
                "algorithms, RSA-OAEP",
        "audience, ' , '", "clock-skew, PT-1S", "clock-skew, PT2H", "keys-kept, PT0S", "keys-kept-while-away, PT9M",
        "refetch-interval, PT0S", "connect-timeout, PT0S", "read-timeout, PT-1S", "max-document, 0", "waiting, 0"
    })
    void aSettingThatCannotBeUsedIsNamed(String key, String value) {
        assertThat(
                refused(Settings.provider("https://id.example.com", Map.of(key, value))),
                containsString(Settings.PROVIDER + key));
    }

    @Test
    void theLimitsOfAllTokensAreCheckedToo() {
        assertThat(refused(Map.of("bits.auth.max-token", "0")), containsString("bits.auth.max-token"));
        assertThat(refused(Map.of("bits.auth.remembered-tokens", "-1")), containsString("bits.auth.remembered-tokens"));
    }

    @Test
    void aProviderCanBeSetByTheEnvironment() {
        Map<String, String> environment = Map.of(
                "BITS_AUTH_OIDC__KEYCLOAK__ISSUER", "https://id.example.com",
                "BITS_AUTH_OIDC__KEYCLOAK__AUDIENCE", "bits,other",
                "BITS_AUTH_OIDC__KEYCLOAK__KEYS_KEPT", "PT1M");
        OidcConfig keycloak = new SmallRyeConfigBuilder()
                .withMapping(AuthConfig.class)
                .withSources(new EnvConfigSource(environment, 300))
                .build()
                .getConfigMapping(AuthConfig.class)
                .oidc()
                .get("keycloak");
        assertEquals("https://id.example.com", keycloak.issuer());
        assertEquals(List.of("bits", "other"), keycloak.audience());
        assertEquals(Duration.ofMinutes(1), keycloak.keysKept());
    }
}
