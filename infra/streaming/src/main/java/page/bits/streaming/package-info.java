/**
 * What services that serve live streams share: what a request asks for, who is let in, where a reader resumes, and how a node
 * takes its leave. The streams themselves are {@code infra/sse}'s.
 */
package page.bits.streaming;
