/** The feature {@code posts}: a creator's newest posts. */
package page.bits.view.posts;
