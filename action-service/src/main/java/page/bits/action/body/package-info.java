/** Bodies of requests: read off the worker threads and within bounds, taken apart strictly, and the rules of text in them. */
package page.bits.action.body;
