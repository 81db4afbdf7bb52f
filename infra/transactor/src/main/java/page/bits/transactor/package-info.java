/**
 * The embedded transactor: a small process that unmodified Datomic peers connect to through {@code datomic:sql://} URIs. For
 * development, tests and the local cluster; hosted installs run Datomic Pro's own.
 */
package page.bits.transactor;
