package page.bits.identity;

import io.vertx.core.Context;
import java.security.Key;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jose4j.jws.JsonWebSignature;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/**
 * The keys of one provider, kept for a time and fetched again.
 *
 * <ul>
 *   <li>Keys are used for {@link OidcConfig#keysKept()}. In the last quarter of it the next request has them fetched and does
 *       not wait; after it, requests wait for a fetch to end.
 *   <li>When that fails, they are used until {@link OidcConfig#keysKeptWhileAway()}, and whoever comes next has them fetched and
 *       does not wait. After it, and before the first fetch that succeeds, nothing can be verified: 503.
 *   <li>A token that names a key which is not among them has them fetched at once, but not again within
 *       {@link OidcConfig#refetchInterval()}, so that tokens made up by anyone don't become as many requests to the provider.
 *   <li>There is one fetch at a time, none within {@link OidcConfig#refetchInterval()} of one that failed, and no more than
 *       {@link OidcConfig#waiting()} threads wait for it, nor more than {@link AuthConfig#waiting()} for all providers:
 *       those that are slow hold these and not all of the service's.
 * </ul>
 *
 * <p>The library's {@code HttpsJwks} has no such bounds: it lets every thread wait, tries again with each token while the
 * provider is away, and keeps keys for as long as the provider's {@code Cache-Control} says. For use by any thread but an event
 * loop's.
 */
final class ProviderKeys {

    private static final Logger LOG = Logger.getLogger(ProviderKeys.class);

    private record Fetched(KeySet keys, Instant at) {}

    private final OidcConfig provider;
    private final Supplier<CompletionStage<KeySet>> source;
    private final Clock clock;
    private final Semaphore waiting;
    private final Semaphore waitingForAny;
    private final Duration fresh;

    private volatile Fetched fetched;
    /** Of the last fetch, where it failed. */
    private volatile Instant failedAt;

    // Guarded by this.
    private CompletableFuture<Void> underWay;
    private Instant unknownKeyAt;

    ProviderKeys(OidcConfig provider, Semaphore waitingForAny, Supplier<CompletionStage<KeySet>> source, Clock clock) {
        this.provider = provider;
        this.source = source;
        this.clock = clock;
        this.waitingForAny = waitingForAny;
        this.waiting = new Semaphore(provider.waiting());
        this.fresh = provider.keysKept().multipliedBy(3).dividedBy(4);
    }

    /** Has keys fetched and does not wait for them. */
    void fetch() {
        refetch();
    }

    /**
     * Whether this is still one of the keys.
     *
     * @throws ProblemException 503 where there are none, since they could not be fetched
     */
    boolean contains(Key key) {
        return current().contains(key);
    }

    /**
     * The key that a token is signed with, by its header; none where the provider has no such key.
     *
     * @throws ProblemException 503 where that is not known, since keys could not be fetched
     */
    Optional<Key> keyOf(JsonWebSignature token) throws InvalidTokenException {
        KeySet keys = current();
        Optional<Key> key = keys.keyOf(token);
        if (key.isPresent()) {
            return key;
        }
        boolean waited = await(refetchForUnknownKey());
        KeySet newest = current();
        if (newest != keys) {
            key = newest.keyOf(token);
        }
        if (key.isEmpty() && (!waited || failedAt != null)) {
            throw unavailable();
        }
        return key;
    }

    private KeySet current() {
        Fetched have = fetched;
        if (isYounger(have, fresh)) {
            return have.keys();
        }
        CompletableFuture<Void> next = refetch();
        if (isYounger(have, provider.keysKept())
                || isWithin(failedAt, provider.keysKept()) && isYounger(have, provider.keysKeptWhileAway())) {
            return have.keys();
        }
        await(next);
        have = fetched;
        if (isYounger(have, provider.keysKeptWhileAway())) {
            return have.keys();
        }
        throw unavailable();
    }

    private boolean isYounger(Fetched keys, Duration age) {
        return keys != null && isWithin(keys.at(), age);
    }

    /** Not within it either where the clock was set back: nothing lasts longer by that. */
    private boolean isWithin(Instant since, Duration time) {
        Instant now = clock.instant();
        return since != null && !now.isBefore(since) && now.isBefore(since.plus(time));
    }

    /** The fetch that is under way or begins now; one that has ended where none may begin. */
    private synchronized CompletableFuture<Void> refetch() {
        if (underWay != null) {
            return underWay;
        }
        if (isWithin(failedAt, provider.refetchInterval())) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> fetch = new CompletableFuture<>();
        underWay = fetch;
        Instant begun = clock.instant();
        CompletionStage<KeySet> keys;
        try {
            keys = source.get();
        } catch (Throwable e) {
            // An error too, such as that there are no more threads: what waits for the fetch would wait for ever.
            keys = CompletableFuture.failedFuture(e);
        }
        keys.whenComplete((result, failure) -> end(fetch, begun, result, failure));
        return fetch;
    }

    private synchronized CompletableFuture<Void> refetchForUnknownKey() {
        if (underWay == null) {
            if (isWithin(unknownKeyAt, provider.refetchInterval())) {
                return CompletableFuture.completedFuture(null);
            }
            unknownKeyAt = clock.instant();
        }
        return refetch();
    }

    private void end(CompletableFuture<Void> fetch, Instant begun, KeySet keys, Throwable failure) {
        synchronized (this) {
            underWay = null;
            if (failure == null) {
                if (failedAt != null) {
                    LOG.infof("The keys of %s can be fetched again", provider.issuer());
                }
                fetched = new Fetched(keys, begun);
                failedAt = null;
            } else {
                if (failedAt == null) {
                    LOG.warnf(
                            "The keys of %s could not be fetched, and what cannot be verified without them is answered"
                                    + " with 503; trying again when needed: %s",
                            provider.issuer(), reason(failure));
                }
                failedAt = clock.instant();
            }
        }
        fetch.complete(null);
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** False where others wait already, as many as may. */
    private boolean await(CompletableFuture<Void> fetch) {
        if (fetch.isDone()) {
            return true;
        }
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException("an event loop does not wait for the keys of a provider");
        }
        if (!waiting.tryAcquire()) {
            return false;
        }
        if (!waitingForAny.tryAcquire()) {
            waiting.release();
            return false;
        }
        try {
            fetch.get();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a fetch always ends", e);
        } finally {
            waitingForAny.release();
            waiting.release();
        }
    }

    private ProblemException unavailable() {
        return ProblemException.retryLater(
                ProblemType.UNAVAILABLE,
                "The keys to verify this token with cannot be fetched from its issuer at present. Nothing was changed.",
                provider.refetchInterval());
    }
}
