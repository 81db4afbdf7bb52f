package page.bits.action.limit;

import io.quarkus.runtime.Startup;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import page.bits.http.ClientAddress;
import page.bits.http.ProblemException;

/**
 * Holds actors and addresses to their {@link LimitConfig}. Each node counts by itself, so at n nodes somebody may do up to n
 * times as much. Any thread; never blocks.
 */
@Singleton
@Startup // so that settings that can't be end the process at once
public class Limits {

    private final Buckets actors;
    private final Buckets addresses;

    @Inject
    Limits(LimitConfig config) {
        this.actors = new Buckets("bits.limit.actor", config.actor(), config.remembered());
        this.addresses = new Buckets("bits.limit.address", config.address(), config.remembered());
    }

    /**
     * Counts actions of an actor.
     *
     * @param actor the actor's id
     * @throws ProblemException 429 where they are too many by now; then they do not count
     */
    public void countActor(String actor, int actions) {
        actors.take(actor, actions, "You are");
    }

    /**
     * Counts actions from the address that a request comes from, by what trusted proxies tell.
     *
     * @throws ProblemException like {@link #countActor}
     */
    public void countAddress(HttpServerRequest request, int actions) {
        ClientAddress.of(request).ifPresent(address -> addresses.take(address, actions, "Your address is"));
    }
}
