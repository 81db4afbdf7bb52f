package page.bits.action.presence;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * What a presence node is answered with.
 *
 * @param t of the transaction
 * @param lease of the node that it was about, by then
 * @param rest whether the same request has more to do
 */
@JsonPropertyOrder({"t", "lease", "rest"})
record PresenceReply(long t, long lease, boolean rest) {}
