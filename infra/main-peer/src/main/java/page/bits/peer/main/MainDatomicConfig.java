package page.bits.peer.main;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import page.bits.peer.DatomicConfig;

/** How this process reaches the main database. */
@ConfigMapping(prefix = "bits.datomic")
public interface MainDatomicConfig extends DatomicConfig {

    @Override
    @WithDefault("datomic:mem://bits")
    String uri();
}
