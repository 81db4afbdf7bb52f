package page.bits.identity;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A provider of OpenID Connect whose tokens are taken. */
public interface OidcConfig {

    /** Exactly the {@code iss} of its tokens, a slash at the end included. */
    String issuer();

    /** A token must name at least one of these in {@code aud}. */
    List<String> audience();

    /** Where its keys are. Without one, the provider's discovery document tells. */
    Optional<URI> jwksUrl();

    /** The claims that may tell an actor's name: the first one that holds something to show is taken. */
    @WithDefault("name,preferred_username")
    List<String> nameClaims();

    /** The algorithms that a token may be signed with: asymmetric ones, whatever else is set here. */
    @WithDefault("RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512,EdDSA")
    List<String> algorithms();

    /** By how much the provider's clock may differ from ours, for {@code exp}, {@code nbf} and {@code iat}. */
    @WithDefault("PT30S")
    Duration clockSkew();

    /** How long keys are used before they are fetched again: a key that was taken out is accepted for as long at most. */
    @WithDefault("PT10M")
    Duration keysKept();

    /** How old keys may get while the provider cannot be reached; no less than {@link #keysKept()}. */
    @WithDefault("PT1H")
    Duration keysKeptWhileAway();

    /**
     * The least time between two fetches that unknown keys in tokens cause, and between a fetch that failed and the next; also
     * what {@code Retry-After} tells.
     */
    @WithDefault("PT5S")
    Duration refetchInterval();

    /** How long the provider may take to accept a connection. */
    @WithDefault("PT2S")
    Duration connectTimeout();

    /** How long a document may take from the request to its last byte, connecting included. */
    @WithDefault("PT3S")
    Duration readTimeout();

    /** The largest document that is taken from the provider, in bytes. */
    @WithDefault("262144")
    int maxDocument();

    /**
     * How many requests may wait for its keys at a time; the others do without, or are told to come again. No more than {@link
     * AuthConfig#waiting()} wait for those of all providers together.
     */
    @WithDefault("4")
    int waiting();
}
