/** Benchmarks, apart from the tests: each is a program that measures a running instance from outside. */
package page.bits.bench;
