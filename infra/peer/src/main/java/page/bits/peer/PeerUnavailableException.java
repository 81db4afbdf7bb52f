package page.bits.peer;

/** The database can't be reached now. Nothing was submitted; the same call may work a little later. */
public final class PeerUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    PeerUnavailableException(String message) {
        super(message);
    }

    PeerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
