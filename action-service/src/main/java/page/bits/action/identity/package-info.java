/** Who acts: tokens and the sessions of browsers, verified, and the rule that a browser's requests come from our own pages. */
package page.bits.action.identity;
