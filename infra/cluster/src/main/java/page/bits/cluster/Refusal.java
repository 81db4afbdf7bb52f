package page.bits.cluster;

/** What can't be done, told in one line to whoever typed the command: what is wrong, and what to do. */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    Refusal(String message) {
        super(message);
    }
}
