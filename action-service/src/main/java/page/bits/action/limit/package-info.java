/** How often somebody may act. */
package page.bits.action.limit;
