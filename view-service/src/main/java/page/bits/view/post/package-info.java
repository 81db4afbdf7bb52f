/** The feature {@code post}: one post with its comments. What there is to read of a post is here for every feature. */
package page.bits.view.post;
