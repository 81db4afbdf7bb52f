package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import datomic.Entity;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Session;
import page.bits.peer.Attributes;

@QuarkusTest
class RegisterCreatorTest extends ServiceTest {

    private static final String PATH = "/actions/register-creator";
    private static final int EMOJI = 0x1F600;

    private Response register(Session actor, Object body) {
        return as(actor).body(body).post(PATH);
    }

    private static Map<String, Object> valid(String field, Object value) {
        Map<String, Object> body = new HashMap<>();
        body.put("handle", newHandle());
        body.put("displayName", "Alice");
        body.put(field, value);
        return body;
    }

    @Test
    void aSignedInActorBecomesTheOwnerOfTheNewCreator() {
        Session alice = guest("Alice");
        String handle = newHandle();
        long before = t();

        Response reply = register(
                alice,
                Map.of(
                        "handle", handle,
                        "displayName", "Alice in Wonderland",
                        "bio", "Curiouser\nand curiouser",
                        "avatarUrl", "/demo/alice.svg"));

        assertThat(reply.asString(), reply.statusCode(), is(200));
        assertThat(reply.contentType(), equalTo("application/json"));
        assertThat(reply.jsonPath().getString("action"), equalTo("register-creator"));
        assertThat(reply.jsonPath().getMap("result"), equalTo(Map.of("handle", handle)));
        assertThat(reply.jsonPath().getLong("t") > before, is(true));
        assertThat(reply.header("Bits-T"), equalTo(reply.jsonPath().getString("t")));
        assertThat(creator(handle, Attributes.CREATOR_DISPLAY_NAME), equalTo("Alice in Wonderland"));
        assertThat(creator(handle, Attributes.CREATOR_BIO), equalTo("Curiouser\nand curiouser"));
        assertThat(creator(handle, Attributes.CREATOR_AVATAR_URL), equalTo("/demo/alice.svg"));
        Entity owner = (Entity) creator(handle, Attributes.CREATOR_OWNER);
        assertThat(owner.get(Attributes.ACTOR_ID), equalTo(alice.actor().id()));
    }

    @Test
    void theReplyIsWrittenAsTheContractHasIt() {
        String handle = newHandle();
        String reply = register(guest("Alice"), Map.of("handle", handle, "displayName", "Alice"))
                .asString();
        assertThat(
                reply,
                reply.matches(
                        "\\{\"action\":\"register-creator\",\"t\":\\d+,\"at\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\",\"result\":\\{\"handle\":\""
                                + handle + "\"}}"),
                is(true));
    }

    @Test
    void whatIsOptionalMayBeMissingOrNullOrEmptyAndIsThenNotAsserted() {
        Map<String, Object> body = valid("bio", null);
        body.put("avatarUrl", null);
        String handle = (String) body.get("handle");
        assertThat(register(guest("Alice"), body).statusCode(), is(200));
        assertThat(creator(handle, Attributes.CREATOR_BIO), nullValue());
        assertThat(creator(handle, Attributes.CREATOR_AVATAR_URL), nullValue());

        Map<String, Object> blank = valid("bio", "  ");
        assertThat(register(guest("Alice"), blank).statusCode(), is(200));
        assertThat(creator((String) blank.get("handle"), Attributes.CREATOR_BIO), nullValue());
    }

    @Test
    void aTakenHandleIsInConflictAlsoForItsOwner() {
        Session alice = guest("Alice");
        String handle = registered(alice);
        Map<String, String> again = Map.of("handle", handle, "displayName", "Another");
        for (Session actor : List.of(alice, guest("Mallory"))) {
            refused(409, "conflict", () -> register(actor, again));
        }
        assertThat(creator(handle, Attributes.CREATOR_DISPLAY_NAME), equalTo("Someone"));
    }

    @Test
    void ofManyWhoWantOneHandleAtOnceExactlyOneGetsIt() throws Exception {
        int contenders = 8;
        ExecutorService threads = Executors.newFixedThreadPool(contenders);
        try {
            for (int round = 0; round < 5; round++) {
                String handle = newHandle();
                CyclicBarrier barrier = new CyclicBarrier(contenders);
                List<Callable<Response>> calls = Stream.generate(() -> (Callable<Response>) () -> {
                            Session actor = guest("Contender");
                            barrier.await(30, TimeUnit.SECONDS);
                            return register(
                                    actor,
                                    Map.of(
                                            "handle",
                                            handle,
                                            "displayName",
                                            actor.actor().id()));
                        })
                        .limit(contenders)
                        .toList();
                long before = t();
                int won = 0;
                for (Future<Response> call : threads.invokeAll(calls)) {
                    Response response = call.get();
                    if (response.statusCode() == 200) {
                        won++;
                    } else {
                        assertProblem(response, 409, "conflict");
                    }
                }
                assertThat(won, is(1));
                Entity owner = (Entity) creator(handle, Attributes.CREATOR_OWNER);
                assertThat(creator(handle, Attributes.CREATOR_DISPLAY_NAME), equalTo(owner.get(Attributes.ACTOR_ID)));
                assertThat(t() > before, is(true));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "0a", "a-", "a--b", "123456789012345678901234567890"})
    void aHandleMayBe(String handle) {
        assertThat(
                register(guest("Alice"), Map.of("handle", handle, "displayName", "Alice"))
                        .statusCode(),
                is(200));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "-a",
                "Alice",
                "al ice",
                " alice",
                "alice ",
                "alice\n",
                "al_ice",
                "älice",
                "al.ice",
                "@alice",
                "1234567890123456789012345678901",
                "\uD835\uDC1A\uD835\uDC1B"
            })
    void aHandleMayNotBe(String handle) {
        invalid(() -> register(guest("Alice"), Map.of("handle", handle, "displayName", "Alice")), "handle");
    }

    static Stream<Arguments> lengthsThatFit() {
        return Stream.of(
                Arguments.of("displayName", "x", "x"),
                Arguments.of("displayName", times(80, EMOJI), times(80, EMOJI)),
                Arguments.of("displayName", " \t\n" + times(80, 'x') + " \u2003\r", times(80, 'x')),
                Arguments.of("bio", times(500, EMOJI), times(500, EMOJI)),
                Arguments.of("bio", "  " + times(500, 'x') + "\n", times(500, 'x')));
    }

    @ParameterizedTest
    @MethodSource("lengthsThatFit")
    void lengthsCountCodePointsAfterTrimming(String field, String sent, String kept) {
        Map<String, Object> body = valid(field, sent);
        assertThat(register(guest("Alice"), body).statusCode(), is(200));
        Object attribute = field.equals("bio") ? Attributes.CREATOR_BIO : Attributes.CREATOR_DISPLAY_NAME;
        assertThat(creator((String) body.get("handle"), attribute), equalTo(kept));
    }

    static Stream<Arguments> lengthsThatDoNotFit() {
        return Stream.of(
                Arguments.of("displayName", ""),
                Arguments.of("displayName", " \t\r\n\u2003"),
                Arguments.of("displayName", times(81, EMOJI)),
                Arguments.of("displayName", times(81, 'x')),
                Arguments.of("bio", times(501, EMOJI)),
                Arguments.of("bio", times(501, 'x')),
                Arguments.of("avatarUrl", "/" + times(2048, 'x')));
    }

    @ParameterizedTest
    @MethodSource("lengthsThatDoNotFit")
    void whatIsTooShortOrTooLongIsInvalid(String field, String sent) {
        invalid(() -> register(guest("Alice"), valid(field, sent)), field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two\nlines", "tab\there", "nul\u0000", "c1\u0085control"})
    void aDisplayNameIsOneLineWithoutControlCharacters(String name) {
        invalid(() -> register(guest("Alice"), valid("displayName", name)), "displayName");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "a\\udc00b", "\\udc00\\ud800", "\\ud83d\\ud83d\\ude00"})
    void anUnpairedSurrogateIsInvalidWhereverItIs(String escaped) {
        for (String field : List.of("handle", "displayName", "bio", "avatarUrl")) {
            Map<String, Object> body = valid("bio", "x");
            body.put("avatarUrl", "/x");
            body.put(field, "SURROGATE");
            invalid(() -> register(guest("Alice"), asJson(body).replace("SURROGATE", escaped)), field);
        }
    }

    @Test
    void aPairOfEscapedSurrogatesIsOneCodePoint() {
        Map<String, Object> body = valid("displayName", "EMOJI");
        String sent = asJson(body).replace("EMOJI", "\\ud83d\\ude00".repeat(80));
        assertThat(register(guest("Alice"), sent).statusCode(), is(200));
        assertThat(creator((String) body.get("handle"), Attributes.CREATOR_DISPLAY_NAME), equalTo(times(80, EMOJI)));
    }

    static Stream<Arguments> wrongTypes() {
        return Stream.of("handle", "displayName", "bio", "avatarUrl")
                .flatMap(field -> Stream.of("1", "1.5", "true", "[]", "[\"alice\"]", "{}")
                        .map(value -> Arguments.of(field, value)));
    }

    @ParameterizedTest
    @MethodSource("wrongTypes")
    void aFieldOfTheWrongTypeIsInvalid(String field, String value) {
        String body = asJson(valid(field, "VALUE")).replace("\"VALUE\"", value);
        invalid(() -> register(guest("Alice"), body), field);
    }

    @Test
    void whatIsRequiredMayBeNeitherMissingNorNull() {
        invalid(() -> register(guest("Alice"), "{}"), "handle", "displayName");
        invalid(() -> register(guest("Alice"), "{\"handle\":null,\"displayName\":null}"), "handle", "displayName");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        invalid(
                () -> register(
                        guest("Alice"),
                        Map.of("handle", "A", "bio", 7, "avatarUrl", "javascript:alert(1)", "colour", "red")),
                "handle",
                "displayName",
                "bio",
                "avatarUrl",
                "colour");
    }

    @Test
    void anUnknownFieldIsInvalidAlsoWhereItsNameCannotBeRepeated() {
        invalid(() -> register(guest("Alice"), valid("handel", "alice")), "handel");
        String body = asJson(valid("UNKNOWN", "x")).replace("UNKNOWN", "\\ud800");
        invalid(() -> register(guest("Alice"), body), "\uFFFD");
        invalid(() -> register(guest("Alice"), valid("", "x")), "");
    }

    static String asJson(Map<String, Object> body) {
        return new JsonObject(body).encode();
    }
}
