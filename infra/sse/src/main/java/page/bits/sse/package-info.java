/**
 * Server-Sent Events: a {@link page.bits.sse.Frame} is one event, encoded once; a {@link page.bits.sse.Channel} is what
 * subscribers listen to; {@link page.bits.sse.EventStreams} are the open responses. Knows no Datomic and no feature: a
 * version is a number that grows, and what leads from one to another is asked of a {@link page.bits.sse.FrameSource}.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, Server-sent events</a>
 */
package page.bits.sse;
