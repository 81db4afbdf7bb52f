package page.bits.identity;

import java.time.Instant;

/**
 * A valid token and what it tells.
 *
 * @param token as it was sent
 * @param expires when it ends to be valid
 */
public record Session(Actor actor, String token, Instant expires) {}
