package page.bits.view;

import datomic.Database;
import datomic.Datom;
import datomic.Peer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.Attributes;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;
import page.bits.peer.Facts;
import page.bits.sse.EventId;

/**
 * An earlier time that a reader names.
 *
 * @param db the database as it was then
 * @param id the time
 * @param isEventId whether it was named by an event id, so that it is the same one for ever
 */
record AsOf(Database db, EventId id, boolean isEventId) {

    private static final String PARAMETER = "as-of";

    /**
     * Reads the parameter.
     *
     * @param text an event id, a t of this epoch, or an instant as of ISO 8601, in which case it is the last transaction at or
     *     before it
     * @throws ProblemException 410 where it is of another epoch, 422 where it is none of these or not there yet
     */
    static AsOf parse(String text, Database newest) {
        Epoch epoch = Epoch.of(newest);
        Optional<EventId> id = EventId.parse(text);
        if (id.isPresent() && !id.get().epoch().equals(epoch.value())) {
            throw ProblemException.of(
                    ProblemType.EPOCH_GONE,
                    "Event id '" + text + "' is of another history; this one is '" + epoch + "'.");
        }
        EventId time = id.or(() -> EventId.parse(epoch + "." + text))
                .or(() -> instant(text).map(instant -> new EventId(epoch.value(), last(instant, newest))))
                .orElseThrow(() -> ProblemException.invalid(
                        PARAMETER, "is neither an event id, nor a t, nor an instant as 2026-11-22T10:36:00Z"));
        if (time.version() > newest.basisT()) {
            throw ProblemException.invalid(
                    PARAMETER, "is beyond this node's basis, t " + newest.basisT() + ", which min-t makes it wait for");
        }
        return new AsOf(newest.asOf(time.version()), time, id.isPresent());
    }

    BasisT t() {
        return new BasisT(id.version());
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** By the index of transactions: {@code asOf} with an instant shows only the first of several in one millisecond. */
    private static long last(Instant instant, Database newest) {
        if (!instant.isBefore(Facts.instant(newest, Peer.toTx(newest.basisT())))) {
            return newest.basisT();
        }
        if (instant.isBefore(Instant.EPOCH)) {
            return 0; // before Datomic's own, the first
        }
        for (Datom last : newest.rseekDatoms(Database.AVET, Attributes.TX_INSTANT, Date.from(instant))) {
            return newest.ident(last.a()) == Attributes.TX_INSTANT ? Peer.toT(last.e()) : 0;
        }
        return 0;
    }
}
