/**
 * What our applications share at the edge: the start, the defaults, what holds for every text that is sent, and problem
 * documents (RFC 9457) with how exceptions become them. It knows no Datomic.
 */
package page.bits.http;
