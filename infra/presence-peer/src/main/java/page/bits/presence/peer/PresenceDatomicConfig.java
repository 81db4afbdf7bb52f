package page.bits.presence.peer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import page.bits.peer.DatomicConfig;

/** How this process reaches the presence database: the same keys as those of the main one. */
@ConfigMapping(prefix = "bits.presence.datomic")
public interface PresenceDatomicConfig extends DatomicConfig {

    /** Where nothing is set for either database; else {@link PresenceDatabaseUri} derives it from that of the main one. */
    @Override
    @WithDefault("datomic:mem://bits-presence")
    String uri();
}
