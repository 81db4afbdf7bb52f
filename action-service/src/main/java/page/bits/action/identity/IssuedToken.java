package page.bits.action.identity;

/** A token for whoever asked for one; a browser has it in its cookie too. */
public record IssuedToken(String token, String sub, String name) {

    public static IssuedToken of(Session session) {
        return new IssuedToken(
                session.token(),
                session.actor().subject(),
                session.actor().name().value());
    }
}
