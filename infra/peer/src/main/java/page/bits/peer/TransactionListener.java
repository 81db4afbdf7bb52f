package page.bits.peer;

/**
 * Hears of every transaction, once, in order of t. Every bean of this type is called by the feed of the peer that has its
 * qualifier; one that itself injects that {@link DatomicPeer} has to be application-scoped, because two singletons can't
 * inject each other.
 *
 * <p>Called on the pump thread, one call at a time: it must not render, block or do I/O, because nothing else reaches this
 * node while it does.
 */
@FunctionalInterface
public interface TransactionListener {

    void onTransaction(Transaction transaction);
}
