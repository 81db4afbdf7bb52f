/** How browsers come by a session and end it, and guests by their tokens. Who a token is of, {@code infra/identity} tells. */
package page.bits.action.session;
