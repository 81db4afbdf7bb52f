/** Creators for trying Bits, and a way to act as them without a secret, where {@code bits.demo} is on. */
package page.bits.action.demo;
