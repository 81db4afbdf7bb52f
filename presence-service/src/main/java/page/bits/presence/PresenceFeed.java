package page.bits.presence;

import jakarta.inject.Singleton;
import java.util.function.Consumer;
import page.bits.peer.Transaction;
import page.bits.peer.TransactionListener;
import page.bits.presence.peer.PresenceDatabase;

/**
 * Hands the transactions of the presence database on. A bean of its own, since one that listens to the peer and has it as well
 * would be made before itself.
 */
@Singleton
@PresenceDatabase
class PresenceFeed implements TransactionListener {

    private volatile Consumer<Transaction> receiver = transaction -> {};

    /** @param receiver called on the pump thread, and returns at once */
    void handTo(Consumer<Transaction> receiver) {
        this.receiver = receiver;
    }

    @Override
    public void onTransaction(Transaction transaction) {
        receiver.accept(transaction);
    }
}
