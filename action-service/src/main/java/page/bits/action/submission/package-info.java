/** How an action becomes a transaction, or does not: races, repeats, and how many at once. */
package page.bits.action.submission;
