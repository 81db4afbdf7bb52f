/**
 * Views of the database: a {@link page.bits.view.Feature} says what a view is, everything else follows from it. {@code live}
 * pushes, {@code page} shows them to people, and each feature has a package of its own.
 */
package page.bits.view;
