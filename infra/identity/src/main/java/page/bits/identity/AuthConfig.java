package page.bits.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** How actors are told apart, and whether guests may act; the same on every node that has to know an actor. */
@ConfigMapping(prefix = "bits.auth")
public interface AuthConfig {

    /** Whether anyone gets a guest token from {@code POST /auth/guest}; where not, that path does not exist. */
    @WithDefault("false")
    boolean guests();

    /**
     * The key that guest tokens are signed with (HS256), at least 32 bytes in Base64, the same on all nodes. Without one, each
     * process makes its own at start: its tokens end with it, and no other process takes them.
     */
    Optional<String> guestKey();

    /** The issuer of guest tokens; another one makes other actors of the same guests. */
    @WithDefault("urn:bits:guests")
    String guestIssuer();

    /** The audience that a guest token must name. */
    @WithDefault("bits")
    String guestAudience();

    /** How long a guest token is valid; a guest cannot get another one for the same actor. */
    @WithDefault("P30D")
    Duration guestLifetime();

    /** The providers whose tokens are taken beside those of guests, by a name that is only used to tell of them. */
    Map<String, OidcConfig> oidc();

    /**
     * How many requests may wait for keys at a time, of all providers together; fewer than there are threads for requests,
     * since each holds one.
     */
    @WithDefault("8")
    int waiting();

    /**
     * The secret by which a service of this installation knows another: at least 16 characters of printable ASCII without
     * spaces, the same on all nodes of action-service and presence-service, which do not start without one. Whoever has it can
     * make anyone appear present.
     */
    Optional<String> serviceToken();

    /**
     * Whether a process that was given no {@link #serviceToken()} makes one at random when it starts; for where both services
     * are in one process.
     */
    @WithDefault("false")
    boolean randomServiceToken();

    /** The longest token that is looked at, in characters. */
    @WithDefault("8192")
    int maxToken();

    /** How many verified tokens are remembered, so that their signatures need not be verified again; 0 for none. */
    @WithDefault("10000")
    int rememberedTokens();
}
