package page.bits.identity;

/** Verifies the tokens of one issuer. May block, for instance until keys are there: never to be called on an event loop. */
sealed interface TokenVerifier permits GuestTokens, OidcProvider {

    /** The {@code iss} of the tokens that this one is asked for. */
    String issuer();

    /**
     * Verifies the signature, the audience, the times and the subject.
     *
     * @throws InvalidTokenException where one of them is not as it must be
     * @throws page.bits.http.ProblemException 503 where this cannot be told at present
     */
    VerifiedToken verify(SignedToken token) throws InvalidTokenException;

    /**
     * Whether a token that this one verified before would be verified again: it has not expired, and its key is still one of
     * the issuer's.
     *
     * @throws page.bits.http.ProblemException 503 where this cannot be told at present
     */
    boolean holds(VerifiedToken token);
}
