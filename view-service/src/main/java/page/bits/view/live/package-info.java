/**
 * Live views: which ones are watched, when they are rendered, and what each reader gets. The only place where Datomic's t
 * becomes the version of a {@link page.bits.sse.Channel}.
 */
package page.bits.view.live;
