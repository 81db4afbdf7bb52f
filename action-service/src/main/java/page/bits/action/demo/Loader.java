package page.bits.action.demo;

import datomic.Database;
import datomic.Entity;
import datomic.Peer;
import datomic.Util;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;
import page.bits.action.session.Guests;
import page.bits.action.submission.Actions;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;
import page.bits.peer.DatomicPeer;
import page.bits.peer.TransactionRejectedException;

/**
 * Brings the demo creators into a database that has no creators. Of several nodes that find it empty at the same time, the
 * one whose first registration is taken goes on, and the others leave it all to that one: what came from two would be there
 * twice, and neither could finish, since a transaction may not be dated before the newest one.
 *
 * <p>For the same reason the others wait until it has finished: what anyone did there meanwhile would bear the present time,
 * and nothing older could follow it.
 */
@Singleton
class Loader {

    private static final Logger LOG = Logger.getLogger(Loader.class);
    private static final Duration SYNC = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /** After so long without progress whoever loads counts as gone. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final DatomicPeer peer;
    private final Actions actions;
    private final Guests guests;

    Loader(DatomicPeer peer, Actions actions, Guests guests) {
        this.peer = peer;
        this.actions = actions;
        this.guests = guests;
    }

    /** Returns when nothing is left to do, for this node and any other. */
    void load(DemoData data) throws InterruptedException {
        if (hasCreators(peer.db()) || !load(data, Instant.now())) {
            awaitOther(data);
        }
    }

    /**
     * Does all that the creators did.
     *
     * @return false where another node is the one that does
     */
    boolean load(DemoData data, Instant now) {
        List<DemoData.Deed> deeds = data.deeds(now);
        try {
            record(deeds.get(0));
        } catch (CompletionException e) {
            if (isRefusal(e.getCause()) && hasCreators(peer.sync(SYNC).join())) {
                LOG.info("Another node loads the demo creators");
                return false;
            }
            throw e;
        }
        deeds.subList(1, deeds.size()).forEach(this::record);
        LOG.infof("Loaded %d demo creators in %d transactions", data.creators().size(), deeds.size());
        return true;
    }

    private void record(DemoData.Deed deed) {
        actions.record(owner(deed.by()), deed.action(), deed.at()).join();
    }

    /** The handle is taken; or, dated by a clock that is behind the other's, it comes too late. Neither leaves a trace. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof TransactionRejectedException
                || failure instanceof ProblemException known
                        && known.problem().status() == ProblemType.CONFLICT.status();
    }

    private static boolean hasCreators(Database db) {
        return db.datoms(Database.AEVT, Attributes.CREATOR_HANDLE).iterator().hasNext();
    }

    private void awaitOther(DemoData data) throws InterruptedException {
        long posts = -1;
        Instant lastProgress = Instant.now();
        for (Database db = peer.db(); isUnderWay(db, data); db = peer.db()) {
            long present = posts(db, data);
            if (present > posts) {
                posts = present;
                lastProgress = Instant.now();
            } else if (Instant.now().isAfter(lastProgress.plus(PATIENCE))) {
                LOG.warnf("The demo creators have %d posts of %d, and nobody loads the others", posts, data.posts());
                return;
            }
            Thread.sleep(LOOK_EVERY.toMillis());
        }
    }

    /** Whether something is missing and the newest that happened is a demo creator's: nobody else has acted since. */
    private boolean isUnderWay(Database db, DemoData data) {
        return posts(db, data) < data.posts()
                && db.entity(Peer.toTx(db.basisT())).get(Attributes.ACTION_ACTOR) instanceof Entity actor
                && data.creators().stream()
                        .map(this::owner)
                        .anyMatch(owner -> owner.id().equals(actor.get(Attributes.ACTOR_ID)));
    }

    private static long posts(Database db, DemoData data) {
        return data.creators().stream()
                .map(creator -> db.entid(Util.list(Attributes.CREATOR_HANDLE, creator.handle())))
                .filter(creator -> creator != null)
                .flatMap(creator -> StreamSupport.stream(
                        db.datoms(Database.VAET, creator, Attributes.POST_CREATOR)
                                .spliterator(),
                        false))
                .count();
    }

    private Actor owner(DemoData.Creator creator) {
        return guests.actor(creator.subject(), creator.name());
    }
}
