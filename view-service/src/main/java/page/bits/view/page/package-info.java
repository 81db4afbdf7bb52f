/** The pages that people look at: rendered on the server, live from the t they were rendered at. */
package page.bits.view.page;
