/**
 * One address in front of all tiers. {@link page.bits.gateway.Gateway} listens, {@link page.bits.gateway.Guard} holds every
 * connection to its limits, {@link page.bits.gateway.Route} tells which tier a path belongs to, {@link page.bits.gateway.Tier}
 * chooses a node of it, and {@link page.bits.gateway.Relay} passes the request on.
 *
 * <p>It keeps nothing: any number of gateways may run beside one another, and none knows of the others.
 */
package page.bits.gateway;
