package page.bits.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A running application with a little in it: a creator whose owner we are, with a post that was edited once and has a comment;
 * and someone else.
 */
final class Site implements AutoCloseable {

    static final String HANDLE = "owned";

    /** A key that the owner has used. */
    static final String USED_KEY = "used-before";

    private final Application application;
    private final Wire wire;
    private final String owner;
    private final String stranger;
    private final String postId;
    private final String commentId;
    private final long publishedT;
    private final long editedT;

    Site() {
        // Without a limit on how much one actor may send.
        application = Application.start("bits.demo=false", "bits.limit.actor.rate=0");
        wire = new Wire(application.port());
        owner = guest("Owner");
        stranger = guest("Stranger");
        done(Act.REGISTER_CREATOR, "{\"handle\":\"" + HANDLE + "\",\"displayName\":\"Owned\"}");
        JsonNode published = answer(new Attempt(
                "POST",
                Act.PUBLISH_POST.path(),
                List.of(
                        "Content-Type: application/json",
                        "Authorization: Bearer " + owner,
                        "Idempotency-Key: " + USED_KEY),
                "{\"creator\":\"owned\",\"text\":\"First\"}".getBytes(StandardCharsets.UTF_8),
                Set.of(200)));
        postId = published.at("/result/postId").textValue();
        publishedT = published.get("t").longValue();
        editedT = done(Act.EDIT_POST, Json.object(Map.of("postId", Json.quoted(postId), "text", Json.quoted("Second"))))
                .get("t")
                .longValue();
        commentId = done(
                        Act.COMMENT_ON_POST,
                        Json.object(Map.of("postId", Json.quoted(postId), "text", Json.quoted("A comment"))))
                .at("/result/commentId")
                .textValue();
    }

    private String guest(String name) {
        return answer(new Attempt(
                        "POST",
                        "/auth/guest",
                        List.of("Content-Type: application/json"),
                        Json.object(Map.of("name", Json.quoted(name))).getBytes(StandardCharsets.UTF_8),
                        Set.of(200)))
                .get("token")
                .textValue();
    }

    private JsonNode done(Act act, String body) {
        return answer(Attempt.post(act.path(), owner, body, 200));
    }

    private JsonNode answer(Attempt attempt) {
        Answer answer = send(attempt);
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.status() + " " + answer.text() + "\n" + attempt);
        }
        return Json.parsed(answer.text());
    }

    Answer send(Attempt attempt) {
        return wire.send(attempt.bytes());
    }

    /** Sends it, and asks for the newest t right behind it. */
    Outcome observe(Attempt attempt) {
        Answer[] answers = wire.pipeline(attempt.bytes(), attempt.method().equals("HEAD"), view());
        return new Outcome(answers[0], t(answers[1]));
    }

    /** @param t after the answer */
    record Outcome(Answer answer, long t) {}

    /** Sends what may be no request at all. */
    byte[] sendAlone(byte[] bytes) {
        return wire.sendAlone(bytes);
    }

    /** The basis t that readers have. */
    long t() {
        return t(wire.send(view()));
    }

    private static long t(Answer view) {
        return view.header("Bits-T").map(Long::parseLong).orElseThrow(() -> new IllegalStateException(view.text()));
    }

    private static byte[] view() {
        return new Attempt("GET", "/views/posts/" + HANDLE, List.of(), new byte[0], Set.of(200)).bytes();
    }

    /** The fields of a body that the owner may send, as JSON. */
    Map<String, String> body(Act act) {
        Map<String, String> body = new LinkedHashMap<>();
        for (Field field : act.fields) {
            body.put(
                    field.name(),
                    switch (field.kind()) {
                        case HANDLE -> Json.quoted(act == Act.REGISTER_CREATOR ? "not-taken" : HANDLE);
                        case DISPLAY_NAME -> Json.quoted("A name");
                        case BIO -> Json.quoted("A life");
                        case URL -> Json.quoted("/a/picture.svg");
                        case POST_TEXT, COMMENT_TEXT -> Json.quoted("A text");
                        case ID -> Json.quoted(act == Act.DELETE_COMMENT ? commentId : postId);
                        case T -> Long.toString(editedT);
                    });
        }
        return body;
    }

    /** As readers see it. */
    JsonNode newestPost() {
        return Json.parsed(wire.send(view()).text()).at("/view/posts/0");
    }

    String owner() {
        return owner;
    }

    String stranger() {
        return stranger;
    }

    String postId() {
        return postId;
    }

    /** Of the post before it was edited. */
    long publishedT() {
        return publishedT;
    }

    /** What the application has logged as its own fault. */
    List<String> errors() {
        return application
                .output()
                .lines()
                .filter(line -> line.contains(" ERROR "))
                .toList();
    }

    @Override
    public void close() {
        wire.close();
        application.close();
    }
}
