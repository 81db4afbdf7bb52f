/** Actions over HTTP: their paths, what the OpenAPI document tells of them, and the replies. */
package page.bits.action.http;
