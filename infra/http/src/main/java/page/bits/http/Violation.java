package page.bits.http;

/**
 * One field of a request that breaks a rule.
 *
 * @param field its name in the request; empty where the body as a whole is meant
 * @param message what is wrong with it, for the one who sent it
 */
public record Violation(String field, String message) {}
