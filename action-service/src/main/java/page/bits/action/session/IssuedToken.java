package page.bits.action.session;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.identity.Session;

/**
 * A token for whoever asked for one; a browser has it in its cookie too.
 *
 * @param token null where the session is one of a provider: its token may be good for more than Bits, and scripts are not told
 *     what the cookie keeps from them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record IssuedToken(
        @Schema(description = "Not there for the session of a provider")
        String token,

        String sub,
        String name) {

    /** Of a session that is there, whoever issued its token. */
    static IssuedToken known(Session session, String guestIssuer) {
        IssuedToken all = of(session);
        return session.actor().issuer().equals(guestIssuer) ? all : new IssuedToken(null, all.sub(), all.name());
    }

    public static IssuedToken of(Session session) {
        return new IssuedToken(
                session.token(),
                session.actor().subject(),
                session.actor().name().value());
    }
}
