package page.bits.identity;

import java.security.Key;
import java.time.Instant;

/**
 * What a valid token tells.
 *
 * @param expires its {@code exp}
 * @param key what its signature was verified with
 */
record VerifiedToken(Actor actor, Instant expires, Key key) {}
