package page.bits.action;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import datomic.Entity;
import datomic.Util;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import page.bits.identity.Session;
import page.bits.peer.Attributes;

@QuarkusTest
class PublishPostTest extends ServiceTest {

    private static final String PATH = "/actions/publish-post";
    private static final int EMOJI = 0x1F600;

    private Session alice;
    private String handle;

    @BeforeEach
    void registerAlice() {
        alice = guest("Alice");
        handle = registered(alice);
    }

    private Response publish(Session actor, Object body) {
        return as(actor).body(body).post(PATH);
    }

    private Map<String, Object> valid(String field, Object value) {
        Map<String, Object> body = new HashMap<>();
        body.put("creator", handle);
        body.put("text", "Good morning");
        body.put(field, value);
        return body;
    }

    private Entity post(Response reply) {
        assertThat(reply.asString(), reply.statusCode(), is(200));
        UUID id = UUID.fromString(reply.jsonPath().getString("result.postId"));
        return peer.db().entity(Util.list(Attributes.POST_ID, id));
    }

    @Test
    void theOwnerPublishesAPost() {
        long before = t();
        Response reply = publish(alice, valid("imageUrl", "https://example.org/a.png?b=c#d"));
        Entity post = post(reply);
        assertThat(reply.jsonPath().getString("action"), equalTo("publish-post"));
        assertThat(reply.jsonPath().getLong("t") > before, is(true));
        assertThat(reply.header("Bits-T"), equalTo(reply.jsonPath().getString("t")));
        assertThat(post.get(Attributes.POST_TEXT), equalTo("Good morning"));
        assertThat(post.get(Attributes.POST_IMAGE_URL), equalTo("https://example.org/a.png?b=c#d"));
        assertThat(((Entity) post.get(Attributes.POST_CREATOR)).get(Attributes.CREATOR_HANDLE), equalTo(handle));
    }

    @Test
    void aPostWithoutAPictureHasNone() {
        assertThat(post(publish(alice, valid("imageUrl", null))).get(Attributes.POST_IMAGE_URL), nullValue());
    }

    @Test
    void someoneElseMayNotPublishOnHerPage() {
        refused(403, "forbidden", () -> publish(guest("Mallory"), valid("text", "Mine now")));
    }

    @Test
    void whoHasHerNameIsNotThereforeHer() {
        refused(403, "forbidden", () -> publish(guest("Alice"), valid("text", "Mine now")));
    }

    @Test
    void withoutSuchACreatorNothingIsPublished() {
        refused(404, "not-found", () -> publish(alice, valid("creator", "nobody-there")));
    }

    @Test
    void twoPostsWithTheSameTextAreTwoPosts() {
        String first = publish(alice, valid("text", "Twice")).jsonPath().getString("result.postId");
        String second = publish(alice, valid("text", "Twice")).jsonPath().getString("result.postId");
        assertThat(first.equals(second), is(false));
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("x", "x"),
                Arguments.of(times(5000, EMOJI), times(5000, EMOJI)),
                Arguments.of("\n " + times(5000, 'x') + "\t\r\n", times(5000, 'x')),
                Arguments.of("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
                Arguments.of("a\r\nevent: evil", "a\r\nevent: evil"),
                Arguments.of("nul \u0000 and escape \u001b stay", "nul \u0000 and escape \u001b stay"),
                Arguments.of("\u00a0no-break spaces stay\u00a0", "\u00a0no-break spaces stay\u00a0"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void aTextIsKeptAsItCameButForWhiteSpaceAtItsEnds(String sent, String kept) {
        assertThat(post(publish(alice, valid("text", sent))).get(Attributes.POST_TEXT), equalTo(kept));
    }

    static Stream<String> textsThatDoNotFit() {
        return Stream.of("", " ", "\t\r\n\u2003", times(5001, 'x'), times(5001, EMOJI));
    }

    @ParameterizedTest
    @MethodSource("textsThatDoNotFit")
    void aTextThatIsTooShortOrTooLongIsInvalid(String text) {
        invalid(() -> publish(alice, valid("text", text)), "text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "a\\udfffb"})
    void aTextWithAnUnpairedSurrogateIsInvalid(String escaped) {
        String body = RegisterCreatorTest.asJson(valid("text", "SURROGATE")).replace("SURROGATE", escaped);
        invalid(() -> publish(alice, body), "text");
    }

    static Stream<Arguments> wrongTypes() {
        return Stream.of("creator", "text", "imageUrl")
                .flatMap(field -> Stream.of("0", "-1e9", "false", "[]", "{}").map(value -> Arguments.of(field, value)));
    }

    @ParameterizedTest
    @MethodSource("wrongTypes")
    void aFieldOfTheWrongTypeIsInvalid(String field, String value) {
        String body = RegisterCreatorTest.asJson(valid(field, "VALUE")).replace("\"VALUE\"", value);
        invalid(() -> publish(alice, body), field);
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        invalid(() -> publish(alice, "{}"), "creator", "text");
        invalid(() -> publish(alice, "{\"creator\":null,\"text\":null,\"imageUrl\":null}"), "creator", "text");
        invalid(
                () -> publish(alice, Map.of("creator", "A!", "text", 1, "imageUrl", "//evil", "id", "x")),
                "creator",
                "text",
                "imageUrl",
                "id");
    }

    @Test
    void aBadPictureAddressIsInvalid() {
        invalid(() -> publish(alice, valid("imageUrl", "data:image/png;base64,AAAA")), "imageUrl");
    }

    @Test
    void whatIsInvalidIsToldBeforeWhetherThereIsSuchACreator() {
        Map<String, Object> body = valid("creator", "nobody-there");
        body.put("text", "");
        invalid(() -> publish(alice, body), "text");
    }
}
