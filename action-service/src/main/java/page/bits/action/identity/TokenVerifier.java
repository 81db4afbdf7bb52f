package page.bits.action.identity;

/** Verifies the tokens of one issuer. Every bean of this type is asked for those that bear its issuer. */
interface TokenVerifier {

    String issuer();

    /** @throws InvalidTokenException where the signature, the audience, the times or the subject are not as they must be */
    Session verify(String token) throws InvalidTokenException;
}
