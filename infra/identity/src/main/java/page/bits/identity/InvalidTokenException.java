package page.bits.identity;

/** A token that does not hold. The message tells why, to its bearer. Without a stack trace, since anyone can send such tokens. */
final class InvalidTokenException extends Exception {

    private static final long serialVersionUID = 1;

    InvalidTokenException(String message) {
        super(message, null, false, false);
    }
}
