/** The peer of the main database as a bean: a process whose class path has this module connects to it. */
package page.bits.peer.main;
