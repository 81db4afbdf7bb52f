package page.bits.presence;

import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import page.bits.http.ProblemException;
import page.bits.identity.Actor;
import page.bits.identity.Session;

/** Tells who is behind a connection, by what its request says. */
@Singleton
class Visitors {

    private static final Pattern VIEWER = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final Pseudonyms pseudonyms;

    Visitors(Pseudonyms pseudonyms) {
        this.pseudonyms = pseudonyms;
    }

    /** What a request says of who it is from, but for its token. */
    record Asked(boolean observe, boolean anonymous, Optional<String> viewer) {

        /** @throws ProblemException 422 where a parameter can't be used */
        static Asked of(HttpServerRequest request) {
            Optional<String> viewer = Optional.ofNullable(request.getParam("viewer"));
            if (viewer.isPresent() && !VIEWER.matcher(viewer.get()).matches()) {
                throw ProblemException.invalid("viewer", "must be 1 to 64 of [A-Za-z0-9_-]");
            }
            return new Asked(flag(request, "observe"), flag(request, "anonymous"), viewer);
        }

        private static boolean flag(HttpServerRequest request, String name) {
            String value = request.getParam(name);
            if (value == null || value.equals("false")) {
                return false;
            }
            if (value.equals("true")) {
                return true;
            }
            throw ProblemException.invalid(name, "is true or false");
        }
    }

    /**
     * @param session whose request it is, if anyone's
     * @return none for one who only looks on
     */
    Optional<Visitor> of(Asked asked, Optional<Session> session) {
        if (asked.observe()) {
            return Optional.empty();
        }
        return Optional.of(session.map(of -> actor(of.actor(), asked.anonymous()))
                .orElseGet(() -> new Visitor(
                        asked.viewer().map(pseudonyms::ofViewer).orElseGet(pseudonyms::random), Optional.empty())));
    }

    private Visitor actor(Actor actor, boolean anonymous) {
        String id = actor.id();
        return new Visitor(
                pseudonyms.ofActor(id),
                anonymous
                        ? Optional.empty()
                        : Optional.of(new Visitor.Person(id, actor.name().value())));
    }

    /** A session that is over but for what its issuer's clock may differ ends at once, so it is nobody's. */
    static Optional<Session> lasting(Optional<Session> session) {
        return session.filter(of -> of.expires().isAfter(Instant.now()));
    }
}
