/** All services as one application, for trying, developing and self-hosting. */
package page.bits.standalone;
