package page.bits.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static page.bits.contract.Faults.utf8;
import static page.bits.contract.Faults.with;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * What is wrong with a request is told by a problem document of the status that the contract promises for it, nothing is
 * written, and nothing fails on the server's side: for requests made at random, each with a fault that was put into it.
 */
class RefusalTest {

    private static final Set<String> KNOWN = Set.of("type", "title", "status", "detail", "violations");

    private static Site site;
    private static ProblemSchema schema;

    @BeforeContainer
    static void start() {
        schema = new ProblemSchema();
        site = new Site();
    }

    @AfterContainer
    static void nothingWasLoggedAsAnError() {
        List<String> errors = site.errors();
        site.close();
        assertEquals(List.of(), errors);
    }

    @Property
    void whatIsNotJsonIsRefused(@ForAll("notJson") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> notJson() {
        return noisy(acts().flatMap(act ->
                Faults.inJson(site.body(act)).map(body -> Attempt.post(act.path(), site.owner(), body, 400))));
    }

    @Property
    void whatHoldsNoObjectIsRefused(@ForAll("noObject") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> noObject() {
        return noisy(Combinators.combine(paths(), Hostile.bytes())
                .as((path, body) -> Attempt.post(path, site.owner(), body, 400, 422)));
    }

    @Property(tries = 3000)
    void aFieldThatIsNotAsItMustBeIsRefused(@ForAll("wrongFields") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> wrongFields() {
        return noisy(acts().flatMap(act -> Faults.inFields(act, site.body(act))
                .map(body -> Attempt.post(act.path(), site.owner(), Json.object(body), 422))));
    }

    @Property
    void whoeverMayNotIsRefused(@ForAll("notTheirs") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> notTheirs() {
        return noisy(acts().filter(act -> act.owners)
                .map(act -> Attempt.post(act.path(), site.stranger(), Json.object(site.body(act)), 403)));
    }

    @Property
    void whatIsNotThereIsRefused(@ForAll("nothing") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> nothing() {
        Arbitrary<String> ids = Combinators.combine(Arbitraries.longs(), Arbitraries.longs())
                .as(UUID::new)
                .map(id -> Json.quoted(id.toString()));
        Arbitrary<String> handles = Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars("0123456789-")
                .ofMinLength(1)
                .ofMaxLength(26)
                .map(rest -> Json.quoted("no-" + rest));
        return noisy(Combinators.combine(acts().filter(act -> act != Act.REGISTER_CREATOR), anyone(), ids, handles)
                .as((act, actor, id, handle) -> {
                    Field field = act.fields.get(0);
                    String nothing = field.kind() == Field.Kind.ID ? id : handle;
                    return Attempt.post(
                            act.path(), actor, Json.object(with(site.body(act), field.name(), nothing)), 404);
                }));
    }

    @Property(tries = 300)
    void whatIsInConflictIsRefused(@ForAll("conflicts") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> conflicts() {
        Arbitrary<Attempt> taken = Combinators.combine(anyone(), plain())
                .as((actor, name) -> Attempt.post(
                        Act.REGISTER_CREATOR.path(),
                        actor,
                        Json.object(Map.of("handle", Json.quoted(Site.HANDLE), "displayName", name)),
                        409));
        Arbitrary<Attempt> stale = Combinators.combine(Arbitraries.longs().between(1, site.publishedT()), plain())
                .as((t, text) -> Attempt.post(
                        Act.EDIT_POST.path(),
                        site.owner(),
                        Json.object(
                                Map.of("postId", Json.quoted(site.postId()), "expectedT", t.toString(), "text", text)),
                        409));
        return noisy(Arbitraries.oneOf(taken, stale));
    }

    @Property
    void aTokenThatIsNotValidIsRefused(@ForAll("badTokens") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> badTokens() {
        Arbitrary<List<String>> headers = Arbitraries.oneOf(
                Arbitraries.just(List.of()),
                badToken().map(token -> List.of("Authorization: Bearer " + token)),
                badToken().map(token -> List.of("Cookie: bits_session=" + token.replaceAll("[ \t;,\"\\\\]", "x"))),
                Hostile.headerText()
                        .filter(text -> !text.toLowerCase(Locale.ROOT).startsWith("bearer "))
                        .map(text -> List.of("Authorization: " + text)),
                Arbitraries.of("Basic ", "Token ", "", "Bearer: ", "BearerBearer ")
                        .map(scheme -> List.of("Authorization: " + scheme + site.owner())),
                Arbitraries.just(
                        List.of("Authorization: Bearer " + site.owner(), "Authorization: Bearer " + site.stranger())),
                // What Authorization says counts, also where the cookie is good.
                badToken()
                        .map(token -> List.of(
                                "Authorization: Bearer " + token,
                                "Sec-Fetch-Site: same-origin",
                                "Cookie: bits_session=" + site.owner())));
        return Combinators.combine(acts(), headers)
                .as((act, sent) -> new Attempt(
                        "POST",
                        act.path(),
                        plus(sent, "Content-Type: application/json"),
                        utf8(Json.object(site.body(act))),
                        Set.of(401)));
    }

    private Arbitrary<String> badToken() {
        String[] parts = site.owner().split("\\.");
        String none = Base64.getUrlEncoder().withoutPadding().encodeToString(utf8("{\"alg\":\"none\"}"));
        return Arbitraries.oneOf(
                Hostile.headerText(),
                // The last characters of a part may hold bits that count for nothing.
                Combinators.combine(
                                Arbitraries.integers().between(0, site.owner().length() - 3),
                                Arbitraries.of('A', 'x', '.', '_', '9'))
                        .as((at, c) ->
                                site.owner().substring(0, at) + c + site.owner().substring(at + 1))
                        .filter(token -> !token.equals(site.owner())),
                Arbitraries.integers()
                        .between(0, site.owner().length() - 2)
                        .map(length -> site.owner().substring(0, length)),
                Arbitraries.of(
                        none + "." + parts[1] + ".",
                        none + "." + parts[1] + "." + parts[2],
                        parts[0] + "." + parts[1] + ".",
                        parts[0] + ".." + parts[2],
                        "." + parts[1] + "." + parts[2],
                        site.owner() + "." + parts[2],
                        "..",
                        "...",
                        "....",
                        "e30.e30.e30",
                        "bnVsbA.bnVsbA.bnVsbA",
                        "W10.W10.W10",
                        "a".repeat(8000)));
    }

    @Property(tries = 500)
    void aCookieOnARequestFromElsewhereIsRefused(@ForAll("forged") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> forged() {
        Arbitrary<List<String>> from = Arbitraries.oneOf(
                Arbitraries.just(List.of()),
                Arbitraries.of("cross-site", "same-site", "none", "", "same-origin, same-origin", "Same-Origin")
                        .map(site -> List.of("Sec-Fetch-Site: " + site)),
                Hostile.headerText().map(origin -> List.of("Origin: " + origin)),
                Arbitraries.of(
                                "null",
                                "http://127.0.0.1:1",
                                "http://127.0.0.1.evil.example",
                                "http://evil.example/127.0.0.1",
                                "http://127.0.0.1@evil.example",
                                "//127.0.0.1",
                                "http://localhost",
                                "http://[::1]")
                        .map(origin -> List.of("Origin: " + origin)),
                Arbitraries.just(List.of("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site")),
                Arbitraries.just(List.of("Origin: http://127.0.0.1", "Origin: http://127.0.0.1")),
                Arbitraries.just(List.of("Sec-Fetch-Site: cross-site", "Origin: http://127.0.0.1")));
        return Combinators.combine(acts(), from)
                .as((act, headers) -> new Attempt(
                        "POST",
                        act.path(),
                        plus(headers, "Content-Type: application/json", "Cookie: bits_session=" + site.owner()),
                        utf8(Json.object(site.body(act))),
                        Set.of(403)));
    }

    @Property
    void aBodyOfAnotherTypeIsRefused(@ForAll("otherTypes") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> otherTypes() {
        Arbitrary<List<String>> types = Arbitraries.oneOf(
                Arbitraries.just(List.of()),
                Arbitraries.just(List.of("Content-Type: application/json", "Content-Type: application/json")),
                Arbitraries.oneOf(
                                Hostile.headerText()
                                        .filter(text ->
                                                !text.toLowerCase(Locale.ROOT).startsWith("application/json")),
                                Arbitraries.of(
                                        "",
                                        "/",
                                        ";",
                                        "*/*",
                                        "application/*",
                                        "application",
                                        "application/jsonx",
                                        "application/json; charset=utf-16",
                                        "application/json; charset=",
                                        "application/json; charset=utf-8; charset=latin1",
                                        "application/json+xml",
                                        "application/problem+json",
                                        "text/json",
                                        "application/x-www-form-urlencoded",
                                        "multipart/form-data",
                                        "multipart/form-data; boundary=x",
                                        "text/html, application/json",
                                        "x/" + "y".repeat(4000)))
                        .map(type -> List.of("Content-Type: " + type)));
        return Combinators.combine(acts(), types)
                .as((act, headers) -> new Attempt(
                        "POST",
                        act.path(),
                        plus(headers, "Authorization: Bearer " + site.owner()),
                        utf8(Json.object(site.body(act))),
                        Set.of(415)));
    }

    @Property(tries = 100)
    void aBodyTooLargeIsRefused(@ForAll("large") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> large() {
        int most = 64 * 1024;
        return noisy(Combinators.combine(paths(), Arbitraries.integers().between(1, 300_000), Arbitraries.of(" ", "x"))
                .as((path, more, fill) -> Attempt.post(path, site.owner(), "{" + fill.repeat(most - 1 + more), 413)));
    }

    @Property(tries = 500)
    void aKeyThatIsNoneIsRefused(@ForAll("badKeys") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> badKeys() {
        Arbitrary<List<String>> keys = Arbitraries.oneOf(
                Arbitraries.of("", "a b", "a\tb", "\u00e4", "\u20ac", "k\u00a0")
                        .map(key -> List.of("Idempotency-Key: " + key)),
                Arbitraries.integers()
                        .between(256, 3000)
                        .map(length -> List.of("Idempotency-Key: " + "k".repeat(length))),
                Hostile.headerText()
                        .filter(key -> !key.matches("[!-~]{1,255}"))
                        .map(key -> List.of("Idempotency-Key: " + key)),
                Arbitraries.just(List.of("Idempotency-Key: a", "Idempotency-Key: b")),
                Arbitraries.just(List.of("Idempotency-Key: a", "Idempotency-Key: a")),
                // Of another request.
                Arbitraries.just(List.of("Idempotency-Key: " + Site.USED_KEY)));
        return Combinators.combine(acts(), keys)
                .as((act, headers) -> Attempt.post(act.path(), site.owner(), Json.object(site.body(act)), 422)
                        .with(headers));
    }

    @Property
    void anotherPathIsRefused(@ForAll("otherPaths") Attempt attempt) {
        refused(attempt);
    }

    /** By someone without a token, since some of these may be another way to write a path that there is. */
    @Provide
    Arbitrary<Attempt> otherPaths() {
        Arbitrary<String> segment = Arbitraries.oneOf(
                Arbitraries.of(
                        "publish-post",
                        "publish%2Dpost",
                        "%70ublish-post",
                        "publish-post%00",
                        "publish-post%0d%0aX:%20y",
                        "%E2%82%AC",
                        "%ED%A0%80",
                        "%C0%80",
                        "%FF",
                        "%2F",
                        "%252F",
                        "..",
                        ".",
                        "",
                        "%2e%2e",
                        "publish-post;x=y",
                        ";",
                        "*",
                        "presence",
                        "publish-post?x=y",
                        "?",
                        "publish-post?" + "x".repeat(2000),
                        "a".repeat(2000)),
                Arbitraries.strings()
                        .withCharRange('a', 'z')
                        .withChars("-._~!$&'()*+,;=:@")
                        .ofMaxLength(12));
        Arbitrary<String> path =
                segment.list().ofMinSize(1).ofMaxSize(3).map(segments -> "/actions/" + String.join("/", segments));
        return path.map(target -> new Attempt(
                "POST", target, List.of("Content-Type: application/json"), utf8("{}"), Set.of(400, 401, 404, 405)));
    }

    @Property(tries = 500)
    void anotherMethodIsRefused(@ForAll("otherMethods") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> otherMethods() {
        Arbitrary<String> method = Arbitraries.oneOf(
                        Arbitraries.of(
                                "GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY", "post", "Post"),
                        Arbitraries.strings()
                                .withCharRange('A', 'Z')
                                .ofMinLength(1)
                                .ofMaxLength(20))
                .filter(name -> !Set.of("POST", "OPTIONS", "CONNECT", "PRI").contains(name));
        return noisy(Combinators.combine(paths(), method)
                .as((path, name) -> new Attempt(
                        name,
                        path,
                        List.of("Content-Type: application/json", "Authorization: Bearer " + site.owner()),
                        new byte[0],
                        Set.of(405))));
    }

    @Property
    void aGuestWithoutAProperNameIsRefused(@ForAll("badGuests") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> badGuests() {
        Map<String, String> valid = Map.of("name", "\"Guest\"");
        Arbitrary<byte[]> wrong = Arbitraries.oneOf(
                        Hostile.notAText(80).map(Json::quoted),
                        Hostile.notAString(),
                        Arbitraries.of("a\nb", "\u0000", "a\u0000b", "\u007f", "\u0085x")
                                .map(name -> Json.quoted("x" + name + "x")))
                .map(name -> utf8("{\"name\":" + name + "}"));
        Arbitrary<Attempt> attempts = Arbitraries.oneOf(
                Faults.inJson(valid).filter(body -> body.length > 0).map(body -> guest(body, 400)),
                Hostile.bytes().filter(body -> body.length > 0).map(body -> guest(body, 400, 422)),
                wrong.map(body -> guest(body, 422)),
                Arbitraries.just(guest(utf8("{\"name\":\"x\"," + " ".repeat(70_000)), 413)));
        return attempts;
    }

    private static Attempt guest(byte[] body, Integer... promised) {
        return new Attempt("POST", "/auth/guest", List.of("Content-Type: application/json"), body, Set.of(promised));
    }

    @Property
    void whatIsNoBatchIsRefused(@ForAll("noBatches") Attempt attempt) {
        refused(attempt);
    }

    @Provide
    Arbitrary<Attempt> noBatches() {
        return noisy(Batches.noBatch(site).map(body -> Attempt.post(Batches.PATH, site.owner(), body, 422)));
    }

    @Property(tries = 2000)
    void aBatchIsRefusedForEachOfItsActionsWhichIsNamed(@ForAll("faultyBatches") Batches.Faulty batch) {
        String told = told(refused(batch.attempt()));
        assertTrue(names(told, batch.index()), () -> told + "\nfor\n" + batch);
    }

    @Provide
    Arbitrary<Batches.Faulty> faultyBatches() {
        return Arbitraries.oneOf(
                Batches.wrongFields(site),
                Batches.unknownActions(site),
                Batches.wrongResults(site),
                Batches.notTheirs(site),
                Batches.inVain(site));
    }

    @Property(tries = 100)
    void actionsOfABatchThatUndoOneAnotherAreRefusedAndBothNamed(@ForAll("undone") Batches.Undone batch) {
        String told = told(refused(batch.attempt()));
        assertTrue(names(told, batch.first()) && names(told, batch.second()), () -> told + "\nfor\n" + batch);
    }

    @Provide
    Arbitrary<Batches.Undone> undone() {
        return Batches.undone(site);
    }

    private static boolean names(String told, int index) {
        return Pattern.compile("(?<!\\d)" + index + "(?!\\d)").matcher(told).find();
    }

    /** What a problem document says of the case at hand. */
    private static String told(Answer answer) {
        JsonNode problem = Json.parsed(answer.text());
        return problem.get("detail").textValue() + problem.path("violations");
    }

    /** What is valid is done, whatever is in it, and kept to the letter but for blanks at its ends. */
    @Property(tries = 300)
    void aTextIsKeptAsItCame(@ForAll("texts") String text, @ForAll boolean escaped) {
        String body = Json.object(Map.of("creator", Json.quoted(Site.HANDLE), "text", Json.quoted(text)));
        Attempt attempt = Attempt.post(
                Act.PUBLISH_POST.path(),
                site.owner(),
                escaped ? body : Json.parsed(body).toString(),
                200);
        long before = site.t();
        Site.Outcome outcome = site.observe(attempt);
        assertEquals(200, outcome.answer().status(), () -> outcome.answer().text() + "\nfor\n" + attempt);
        long t = Json.parsed(outcome.answer().text()).get("t").longValue();
        assertTrue(before < t && t <= outcome.t(), () -> before + " < " + t + " <= " + outcome.t());
        assertEquals(text.strip(), site.newestPost().get("text").textValue());
    }

    @Provide
    Arbitrary<String> texts() {
        return Hostile.text().filter(text -> !text.isBlank() && !text.strip().isEmpty());
    }

    /** A repeat is answered as the first was, and writes nothing. */
    @Property(tries = 100)
    void aRepeatGetsTheFirstReply(@ForAll("keys") String key) {
        Attempt attempt = Attempt.post(
                        Act.LIKE_POST.path(), site.stranger(), Json.object(site.body(Act.LIKE_POST)), 200)
                .with(List.of("Idempotency-Key: " + key));
        Answer first = site.send(attempt);
        assertEquals(200, first.status(), first::text);
        long before = site.t();
        Site.Outcome repeat = site.observe(attempt);
        assertEquals(first.text(), repeat.answer().text());
        assertEquals("true", repeat.answer().header("Idempotent-Replayed").orElse("none"));
        assertEquals(before, repeat.t());
    }

    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.strings().withCharRange('!', '~').ofMinLength(1).ofMaxLength(255);
    }

    /** A browser's form is answered with a page, which is as sure to have changed nothing. */
    @Property(tries = 500)
    void aFormThatIsNotAsItMustBeIsShownAgain(@ForAll("wrongForms") Attempt attempt) {
        long before = site.t();
        Site.Outcome outcome = site.observe(attempt);
        Answer answer = outcome.answer();
        assertTrue(
                attempt.promised().contains(answer.status()),
                () -> answer.status() + " " + answer.text() + "\nfor what was\n" + attempt);
        assertTrue(answer.header("Content-Type").orElse("none").startsWith("text/html"), attempt::toString);
        assertEquals(before, outcome.t(), () -> "it was refused and yet written: " + attempt);
    }

    @Provide
    Arbitrary<Attempt> wrongForms() {
        return acts().flatMap(act -> Arbitraries.oneOf(
                Faults.inForm(act, site.body(act)).map(body -> form(act, body, 422)),
                Arbitraries.of("", "%zz=%", "&&==&", "=", "text", "a".repeat(3000), "{}", "\u0000", "%00=%FF%FE")
                        .map(body -> form(act, body, 400, 422))));
    }

    private static Attempt form(Act act, String body, Integer... promised) {
        return new Attempt(
                "POST",
                act.path(),
                List.of(
                        "Content-Type: application/x-www-form-urlencoded",
                        "Accept: text/html,*/*;q=0.8",
                        "Sec-Fetch-Site: same-origin",
                        "Cookie: bits_session=" + site.owner()),
                utf8(body),
                Set.of(promised));
    }

    /**
     * Nothing is promised of the answer to what is no HTTP, not even that there is one; the gateway, which stands in front,
     * answers with a problem document.
     */
    @Property(tries = 500)
    void whatIsNoHttpChangesNothing(@ForAll("noHttp") String latin1) {
        long before = site.t();
        String answers =
                new String(site.sendAlone(latin1.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1);
        assertTrue(
                answers.isEmpty() || answers.matches("(?s)[A-Z]+/\\d\\.\\d (4\\d\\d|505) .*"),
                () -> latin1 + "\nwas answered with " + answers);
        assertEquals(before, site.t(), latin1);
    }

    @Provide
    Arbitrary<String> noHttp() {
        String body = Json.object(site.body(Act.PUBLISH_POST));
        String head = "POST /actions/publish-post HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + site.owner() + "\r\n";
        Arbitrary<String> broken = Arbitraries.of(
                head + "Content-Length: x\r\n\r\n" + body,
                head + "Content-Length: -1\r\n\r\n" + body,
                head + "Content-Length: 99999999999999999999999\r\n\r\n" + body,
                head + "Content-Length: " + (body.length() + 1) + "\r\n\r\n" + body,
                head + "Content-Length: 1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body,
                head + "Content-Length: " + body.length() + "\r\nTransfer-Encoding: chunked\r\n\r\n" + body,
                head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body,
                head + "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + body,
                head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + body,
                head + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + body,
                head + "No colon\r\nContent-Length: " + body.length() + "\r\n\r\n" + body,
                head + "Bad name : x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body,
                head + "X: \u0000\r\nContent-Length: " + body.length() + "\r\n\r\n" + body,
                head + "X: " + "y".repeat(100_000) + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body,
                head.replace("/actions", "/" + "a".repeat(20_000)) + "\r\n",
                head.replace("publish", "%zz") + "Content-Length: 0\r\n\r\n",
                head.replace("publish", "\"{|}^[`]\\") + "Content-Length: 0\r\n\r\n",
                head.replace("HTTP/1.1", "HTTP/9.9") + "Content-Length: 0\r\n\r\n",
                head.replace("HTTP/1.1", "HTTQ/1.1") + "\r\n",
                head.replace("POST ", "PO ST ") + "\r\n",
                head.replace("POST /actions", "POST actions") + "Content-Length: 0\r\n\r\n",
                head);
        return Arbitraries.oneOf(
                Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(200),
                broken,
                // A request cut short.
                Arbitraries.integers()
                        .between(0, head.length() + 20)
                        .map(length ->
                                (head + "Content-Length: " + body.length() + "\r\n\r\n" + body).substring(0, length)));
    }

    private static Answer refused(Attempt attempt) {
        long before = site.t();
        Site.Outcome outcome = site.observe(attempt);
        Answer answer = outcome.answer();
        assertTrue(
                attempt.promised().contains(answer.status()),
                () -> answer.status() + " " + answer.text() + "\nfor what was\n" + attempt);
        assertEquals(before, outcome.t(), () -> "it was refused and yet written: " + attempt);
        assertEquals("application/problem+json", answer.header("Content-Type").orElse("none"), attempt::toString);
        if (!attempt.method().equals("HEAD")) {
            assertEquals(List.of(), schema.errors(answer.text()), () -> answer.text() + "\nfor what was\n" + attempt);
            JsonNode problem = Json.parsed(answer.text());
            assertEquals(answer.status(), problem.get("status").intValue());
            problem.fieldNames().forEachRemaining(name -> assertTrue(KNOWN.contains(name), answer::text));
            assertEquals(answer.status() == 422, problem.has("violations"), answer::text);
        }
        return answer;
    }

    private static Arbitrary<Attempt> noisy(Arbitrary<Attempt> attempts) {
        return Combinators.combine(attempts, Hostile.noise()).as(Attempt::with);
    }

    private static Arbitrary<Act> acts() {
        return Arbitraries.of(Act.class);
    }

    private static Arbitrary<String> paths() {
        List<String> paths =
                new ArrayList<>(Arrays.stream(Act.values()).map(Act::path).toList());
        paths.add("/actions");
        return Arbitraries.of(paths);
    }

    private static Arbitrary<String> anyone() {
        return Arbitraries.of(site.owner(), site.stranger());
    }

    /** A short text that any field takes, as JSON. */
    private static Arbitrary<String> plain() {
        return Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(20).map(Json::quoted);
    }

    private static List<String> plus(List<String> headers, String... more) {
        List<String> all = new ArrayList<>(headers);
        all.addAll(List.of(more));
        return all;
    }
}
