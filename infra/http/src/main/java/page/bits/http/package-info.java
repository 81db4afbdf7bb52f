/** What the HTTP services share: problem documents (RFC 9457) and how exceptions become them. */
package page.bits.http;
