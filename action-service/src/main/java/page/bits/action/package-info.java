/** What anyone does is an {@link page.bits.action.Action}: an HTTP POST that becomes one transaction. */
package page.bits.action;
