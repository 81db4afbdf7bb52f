/** Several of our processes on one machine, with a PostgreSQL of their own: started, watched, killed and stopped. */
package page.bits.cluster;
