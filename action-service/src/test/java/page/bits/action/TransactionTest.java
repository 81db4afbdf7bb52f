package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import datomic.Entity;
import datomic.Peer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.junit.jupiter.api.Test;
import page.bits.identity.ActorName;
import page.bits.identity.Session;
import page.bits.peer.Attributes;

/** What the transaction entity tells about an action: the log is the audit trail. */
@QuarkusTest
class TransactionTest extends ServiceTest {

    private Entity transactionOf(Response reply) {
        assertThat(reply.asString(), reply.statusCode(), is(200));
        return peer.db().entity(Peer.toTx(reply.jsonPath().getLong("t")));
    }

    @Test
    void itTellsTheActionTheActorTheTraceAndTheInstant() {
        Session alice = guest("Alice");
        Response reply = as(alice)
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .body(Map.of("handle", newHandle(), "displayName", "Alice"))
                .post("/actions/register-creator");
        Entity transaction = transactionOf(reply);
        assertThat(transaction.get(Attributes.ACTION_NAME), equalTo("register-creator"));
        assertThat(transaction.get(Attributes.ACTION_TRACE_ID), equalTo("4bf92f3577b34da6a3ce929d0e0e4736"));
        assertThat(
                ((Date) transaction.get(Attributes.TX_INSTANT)).toInstant(),
                equalTo(Instant.parse(reply.jsonPath().getString("at"))));
        assertThat(transaction.get(Attributes.ACTION_IDEMPOTENCY_KEY), nullValue());
        assertThat(transaction.get(Attributes.ACTION_RESULT), nullValue());
        Entity actor = (Entity) transaction.get(Attributes.ACTION_ACTOR);
        assertThat(actor.get(Attributes.ACTOR_ID), equalTo(alice.actor().id()));
        assertThat(actor.get(Attributes.ACTOR_ISSUER), equalTo("urn:bits:guests"));
        assertThat(actor.get(Attributes.ACTOR_SUBJECT), equalTo(alice.actor().subject()));
        assertThat(actor.get(Attributes.ACTOR_NAME), equalTo("Alice"));
    }

    @Test
    void withoutATraceItBeginsOne() {
        String handle = newHandle();
        Session alice = guest("Alice");
        Entity registered = transactionOf(
                as(alice).body(Map.of("handle", handle, "displayName", "Alice")).post("/actions/register-creator"));
        Entity published = transactionOf(as(alice)
                .header("traceparent", "00-nonsense")
                .body(Map.of("creator", handle, "text", "x"))
                .post("/actions/publish-post"));
        assertThat(published.get(Attributes.ACTION_NAME), equalTo("publish-post"));
        for (Entity transaction : new Entity[] {registered, published}) {
            assertThat((String) transaction.get(Attributes.ACTION_TRACE_ID), matchesPattern("[0-9a-f]{32}"));
        }
    }

    @Test
    void withAnIdempotencyKeyItHoldsTheResultButNotTheKey() {
        Response reply = as(guest("Alice"))
                .header("Idempotency-Key", "secret-of-the-client")
                .body(Map.of("handle", newHandle(), "displayName", "Alice"))
                .post("/actions/register-creator");
        Entity transaction = transactionOf(reply);
        assertThat(transaction.get(Attributes.ACTION_IDEMPOTENCY_KEY), notNullValue());
        assertThat(transaction.get(Attributes.ACTION_FINGERPRINT), notNullValue());
        assertThat(
                reply.asString().endsWith("\"result\":" + transaction.get(Attributes.ACTION_RESULT) + "}"), is(true));
        assertThat(transaction.toString().contains("secret"), is(false));
    }

    @Test
    void anActorIsOneEntityWhoseNameIsThatOfTheirNewestToken() {
        Session alice = guest("Alice");
        String handle = registered(alice);
        Session renamed = tokens.issue(alice.actor().subject(), new ActorName("Alice B."));
        Entity transaction = transactionOf(
                as(renamed).body(Map.of("creator", handle, "text", "x")).post("/actions/publish-post"));
        Entity actor = (Entity) transaction.get(Attributes.ACTION_ACTOR);
        assertThat(actor.get(Attributes.ACTOR_NAME), equalTo("Alice B."));
        assertThat(
                actor.get(Attributes.DB_ID),
                equalTo(((Entity) creator(handle, Attributes.CREATOR_OWNER)).get(Attributes.DB_ID)));
    }
}
