package page.bits.action.identity;

import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Accounts that a visitor may sign in to without a secret. At most one bean of this type; without one there are none. */
public interface DemoAccounts {

    /** The handles of the creators whose accounts this request may sign in to. */
    List<String> offeredTo(RoutingContext request);
}
