package page.bits.action.session;

import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Accounts that a visitor may sign in to without a secret; who they belong to is no matter of identity. */
public interface DemoAccounts {

    /** The handles of the creators whose accounts this request may sign in to. */
    List<String> offeredTo(RoutingContext request);
}
