package page.bits.view;

import datomic.Database;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import page.bits.http.ProblemException;
import page.bits.view.Telling.Keeping;

/** What who may be told of earlier times. */
@Singleton
class Past {

    private final ViewsConfig config;
    private final Readers readers;

    Past(ViewsConfig config, Readers readers) {
        this.config = config;
        this.readers = readers;
    }

    /**
     * What a request is answered with.
     *
     * @param asOf the time that it asks for
     * @param request which may be the owner's
     * @throws ProblemException 422 for a feature that does not know what everyone may be told
     */
    Telling telling(Feature<?> feature, String key, AsOf asOf, Database newest, RoutingContext request) {
        if (config.timeTravel() == ViewsConfig.TimeTravel.PUBLIC) {
            Keeping keeping = asOf.isEventId() ? Keeping.FOREVER : Keeping.WHILE_UNCHANGED;
            return new Telling(Moment.of(asOf.db()), asOf.id(), keeping);
        }
        if (!(feature instanceof Historic<?> historic)) {
            throw ProblemException.invalid("as-of", feature.name() + " has no past that everyone may be told of");
        }
        return historic.creator(asOf.db(), key)
                        .filter(creator -> readers.isOwner(request, newest, creator))
                        .isPresent()
                ? new Telling(Moment.of(asOf.db()), asOf.id(), Keeping.NOBODY)
                : new Telling(Moment.tellable(asOf.db(), newest), asOf.id(), Keeping.BUT_THE_OWNER);
    }
}
