package page.bits.action.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import datomic.Database;
import datomic.Entity;
import datomic.Util;
import io.quarkus.runtime.StartupEvent;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.jboss.logging.Logger;
import page.bits.action.session.DemoAccounts;
import page.bits.action.session.Guests;
import page.bits.identity.Actor;
import page.bits.identity.Session;
import page.bits.peer.Attributes;
import page.bits.peer.DatomicPeer;

/**
 * The demo creators: brought into a database that has no creators, by the same actions as anyone's and dated as if they had
 * been there for weeks; and their accounts, which whoever sits at this machine may use. Each is owned by the guest
 * {@code demo-<handle>}.
 */
@Singleton
public class Demo implements DemoAccounts {

    private static final Logger LOG = Logger.getLogger(Demo.class);

    private final boolean enabled;
    private final DatomicPeer peer;
    private final Loader loader;
    private final Guests guests;
    private final ObjectMapper json;
    private final ManagedExecutor executor;
    private final Loopback loopback;
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private volatile List<DemoData.Creator> creators = List.of();

    /** @param enabled whether an empty database gets demo creators, whom anyone on this machine may sign in as */
    Demo(
            @ConfigProperty(name = "bits.demo", defaultValue = "false") boolean enabled,
            DatomicPeer peer,
            Loader loader,
            Guests guests,
            ObjectMapper json,
            ManagedExecutor executor,
            Loopback loopback) {
        this.enabled = enabled;
        this.peer = peer;
        this.loader = loader;
        this.guests = guests;
        this.json = json;
        this.executor = executor;
        this.loopback = loopback;
    }

    void onStart(@Observes StartupEvent event) {
        peer.whenReady().thenRunAsync(this::load, executor).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.error("The demo data could not be loaded", failure);
            }
            loaded.complete(null);
        });
    }

    /** Completes when nothing is left to load, which may also have failed. */
    public CompletionStage<Void> whenLoaded() {
        return loaded.minimalCompletionStage();
    }

    boolean isLoaded() {
        return loaded.isDone();
    }

    private void load() {
        if (!enabled) {
            return;
        }
        DemoData data = DemoData.read(json);
        creators = data.creators();
        try {
            loader.load(data);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Actor owner(DemoData.Creator creator) {
        return guests.actor(creator.subject(), creator.name());
    }

    @Override
    public List<String> offeredTo(RoutingContext request) {
        return isOffered(request) ? handles() : List.of();
    }

    /** Whether the accounts are there for whoever sent this: someone at this machine. */
    boolean isOffered(RoutingContext request) {
        return hasAccounts() && loopback.holds(request);
    }

    /** Whether there are accounts to sign in to here at all. */
    public boolean hasAccounts() {
        return enabled && loopback.isOnlyBindAddress();
    }

    /** The demo creators that are in this database, and not someone else's under the same handle. */
    public List<String> handles() {
        if (!peer.isReady()) {
            return List.of();
        }
        Database db = peer.db();
        return creators.stream()
                .filter(creator -> isTheirs(db, creator))
                .map(DemoData.Creator::handle)
                .toList();
    }

    private boolean isTheirs(Database db, DemoData.Creator creator) {
        Object entity = db.entid(Util.list(Attributes.CREATOR_HANDLE, creator.handle()));
        return entity != null
                && owner(creator)
                        .id()
                        .equals(((Entity) db.entity(entity).get(Attributes.CREATOR_OWNER)).get(Attributes.ACTOR_ID));
    }

    /** A token of the demo creator's owner. */
    Session session(String handle) {
        return creators.stream()
                .filter(creator -> creator.handle().equals(handle))
                .map(creator -> guests.issue(creator.subject(), creator.name()))
                .findAny()
                .orElseThrow();
    }
}
