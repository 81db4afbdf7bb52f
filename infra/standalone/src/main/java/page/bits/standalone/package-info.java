/** All services as one application, for trying, developing and self-hosting; with demo data where asked for. */
package page.bits.standalone;
