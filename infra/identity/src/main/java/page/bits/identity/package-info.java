/**
 * Who a request is from: tokens of guests and of OpenID Connect providers, verified, and the rule that what a browser sends with
 * its cookie comes from our own pages. Issues nothing and writes nothing: any service may ask it.
 */
package page.bits.identity;
