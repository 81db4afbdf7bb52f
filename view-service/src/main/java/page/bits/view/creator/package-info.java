/** The feature {@code creator}: what a creator tells of themselves. */
package page.bits.view.creator;
