package page.bits.action.limit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * How often somebody may act, at each action node: a token bucket for each actor and for each address. A batch counts as its
 * actions.
 */
@ConfigMapping(prefix = "bits.limit")
public interface LimitConfig {

    /** Of one actor. */
    ByActor actor();

    /** Of one address; with IPv6, of one /64. Requests from this machine itself are not limited by address. */
    ByAddress address();

    /** How many actors, and as many addresses, are remembered; beyond it those that were not seen for long are forgotten. */
    @WithDefault("100000")
    long remembered();

    /** See {@link LimitConfig#actor()}. */
    interface ByActor extends Rate {

        @Override
        @WithDefault("20")
        long rate();

        @Override
        @WithDefault("200")
        long burst();
    }

    /** See {@link LimitConfig#address()}. */
    interface ByAddress extends Rate {

        @Override
        @WithDefault("100")
        long rate();

        @Override
        @WithDefault("500")
        long burst();
    }

    /** So many at once, and so many a second from then on. */
    interface Rate {

        /** Actions a second in the long run; 0 means no limit. */
        long rate();

        /** Actions at once. */
        long burst();
    }
}
