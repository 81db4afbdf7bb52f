package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import datomic.Database;
import datomic.Datom;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.action.submission.Idempotency;
import page.bits.identity.Session;
import page.bits.peer.Attributes;

@QuarkusTest
class IdempotencyTest extends ServiceTest {

    private static final String REGISTER = "/actions/register-creator";
    private static final String PUBLISH = "/actions/publish-post";

    private Session alice;
    private String handle;

    @BeforeEach
    void registerAlice() {
        alice = guest("Alice");
        handle = registered(alice);
    }

    private static Response post(Session actor, String path, String key, String body) {
        return as(actor).header("Idempotency-Key", key).body(body).post(path);
    }

    private String post(String text) {
        return "{\"creator\":\"" + handle + "\",\"text\":\"" + text + "\"}";
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }

    private long postsOf(String handle) {
        Database db = peer.db();
        Object creator = db.entid(Util.list(Attributes.CREATOR_HANDLE, handle));
        return StreamSupport.stream(
                        db.datoms(Database.VAET, creator, Attributes.POST_CREATOR)
                                .spliterator(),
                        false)
                .count();
    }

    private static void assertReplay(Response first, Response repeat) {
        assertThat(repeat.asString(), repeat.statusCode(), is(200));
        assertThat(repeat.header("Idempotent-Replayed"), equalTo("true"));
        assertThat(repeat.asString(), equalTo(first.asString()));
        assertThat(repeat.header("Bits-T"), equalTo(first.header("Bits-T")));
    }

    @Test
    void aRepeatGetsTheFirstReplyAndNothingHappensAgain() {
        String key = newKey();
        Response first = post(alice, PUBLISH, key, post("Once"));
        assertThat(first.statusCode(), is(200));
        assertThat(first.header("Idempotent-Replayed"), nullValue());
        // Others come between.
        assertThat(post(alice, PUBLISH, newKey(), post("Another")).statusCode(), is(200));
        long before = t();
        assertReplay(first, post(alice, PUBLISH, key, post("Once")));
        assertThat(t(), is(before));
        assertThat(postsOf(handle), is(2L));
    }

    @Test
    void aRepeatedRegistrationIsNoConflict() {
        String key = newKey();
        String body = "{\"handle\":\"" + newHandle() + "\",\"displayName\":\"x\"}";
        Response first = post(alice, REGISTER, key, body);
        assertThat(first.statusCode(), is(200));
        assertReplay(first, post(alice, REGISTER, key, body));
        refused(409, "conflict", () -> post(alice, REGISTER, newKey(), body));
        refused(409, "conflict", () -> as(alice).body(body).post(REGISTER));
    }

    @Test
    void theKeyWithAnotherBodyOrPathIsInvalid() {
        String key = newKey();
        assertThat(post(alice, PUBLISH, key, post("Once")).statusCode(), is(200));
        invalid(() -> post(alice, PUBLISH, key, post("Twice")), "Idempotency-Key");
        invalid(() -> post(alice, PUBLISH, key, post("Once") + " "), "Idempotency-Key");
        invalid(() -> post(alice, PUBLISH, key, "not json"), "Idempotency-Key");
        invalid(() -> post(alice, REGISTER, key, post("Once")), "Idempotency-Key");
    }

    @Test
    void aKeyIsEachActorsOwn() {
        Session bob = guest("Bob");
        String key = newKey();
        String body = "{\"handle\":\"" + newHandle() + "\",\"displayName\":\"x\"}";
        assertThat(post(alice, REGISTER, key, body).statusCode(), is(200));
        refused(409, "conflict", () -> post(bob, REGISTER, key, body));
        Response his = post(bob, REGISTER, key, "{\"handle\":\"" + newHandle() + "\",\"displayName\":\"x\"}");
        assertThat(his.statusCode(), is(200));
        assertThat(his.header("Idempotent-Replayed"), nullValue());
    }

    @Test
    void anErrorIsNotRecorded() {
        String key = newKey();
        String wanted = newHandle();
        String body = "{\"creator\":\"" + wanted + "\",\"text\":\"x\"}";
        refused(404, "not-found", () -> post(alice, PUBLISH, key, body));
        assertThat(
                as(alice)
                        .body("{\"handle\":\"" + wanted + "\",\"displayName\":\"x\"}")
                        .post(REGISTER)
                        .statusCode(),
                is(200));
        Response done = post(alice, PUBLISH, key, body);
        assertThat(done.statusCode(), is(200));
        assertThat(done.header("Idempotent-Replayed"), nullValue());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255})
    void aKeyHas1To255VisibleCharacters(int length) {
        String key = "!".repeat(length);
        Response first = post(alice, PUBLISH, key, post("x"));
        assertThat(first.statusCode(), is(200));
        assertReplay(first, post(alice, PUBLISH, key, post("x")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "\u00e4", "a\tb"})
    void anotherKeyIsInvalid(String key) {
        invalid(() -> post(alice, PUBLISH, key, post("x")), "Idempotency-Key");
    }

    @Test
    void aKeyThatIsTooLongOrComesTwiceIsInvalidAndToldTogetherWithTheFields() {
        invalid(() -> post(alice, PUBLISH, "k".repeat(256), post("x")), "Idempotency-Key");
        invalid(
                () -> as(alice)
                        .header("Idempotency-Key", "a", "b")
                        .body(post("x"))
                        .post(PUBLISH),
                "Idempotency-Key");
        invalid(() -> post(alice, PUBLISH, "a b", "{\"text\":\"\"}"), "Idempotency-Key", "creator", "text");
    }

    @Test
    void simultaneousRequestsWithOneKeyMakeOneTransactionAndGetOneReply() throws Exception {
        int many = 8;
        ExecutorService threads = Executors.newFixedThreadPool(many);
        try {
            for (int round = 0; round < 5; round++) {
                String publish = post("Round " + round);
                String register = "{\"handle\":\"" + newHandle() + "\",\"displayName\":\"x\"}";
                assertOneTransaction(threads, many, PUBLISH, publish);
                assertOneTransaction(threads, many, REGISTER, register);
                assertThat(postsOf(handle), is(round + 1L));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void assertOneTransaction(ExecutorService threads, int many, String path, String body) throws Exception {
        String key = newKey();
        CyclicBarrier barrier = new CyclicBarrier(many);
        List<Callable<Response>> calls = IntStream.range(0, many)
                .<Callable<Response>>mapToObj(i -> () -> {
                    barrier.await(30, TimeUnit.SECONDS);
                    return post(alice, path, key, body);
                })
                .toList();
        long before = t();
        int replayed = 0;
        Set<String> replies = new HashSet<>();
        for (Future<Response> call : threads.invokeAll(calls)) {
            Response response = call.get();
            assertThat(response.asString(), response.statusCode(), is(200));
            replies.add(response.asString() + response.header("Bits-T"));
            replayed += response.header("Idempotent-Replayed") == null ? 0 : 1;
        }
        assertThat(replies, hasSize(1));
        assertThat(replayed, is(many - 1));
        assertThat(transactionsSince(before), is(1));
    }

    private int transactionsSince(long t) {
        Set<Object> transactions = StreamSupport.stream(
                        peer.db()
                                .since(t)
                                .datoms(Database.AEVT, Attributes.ACTION_NAME)
                                .spliterator(),
                        false)
                .map(Datom::tx)
                .collect(Collectors.toSet());
        return transactions.size();
    }

    @Test
    void theSameKeysOfTwoActorsHaveDifferentHashes() {
        byte[] body = {1};
        Idempotency hers = Idempotency.of(alice.actor(), "k", PUBLISH, body);
        assertThat(hers.key().version(), is(8));
        assertThat(hers.key().variant(), is(2));
        assertThat(Idempotency.of(alice.actor(), "k", REGISTER, body).key(), equalTo(hers.key()));
        assertThat(Idempotency.of(guest("Alice").actor(), "k", PUBLISH, body).key(), not(hers.key()));
        assertThat(Idempotency.of(alice.actor(), "K", PUBLISH, body).key(), not(hers.key()));
        assertThat(hers.fingerprint().length(), greaterThan(40));
    }
}
