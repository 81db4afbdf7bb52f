package page.bits.bench;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody who acts, by the real HTTP API, over the connection that is at hand. */
record Actor(String token) {

    private static final Pattern TOKEN = Pattern.compile("\"token\"\\s*:\\s*\"([^\"]++)\"");
    private static final Pattern T = Pattern.compile("\"t\"\\s*:\\s*(\\d+)");
    private static final Pattern POST_ID = Pattern.compile("\"postId\"\\s*:\\s*\"([^\"]++)\"");

    /** What an action made: its t, and the post that it is about, if it is about one. */
    record Done(long t, String postId) {}

    static Actor guest(Connection connection) throws IOException {
        return new Actor(found(TOKEN, connection.post("/auth/guest", "", "{}")));
    }

    void register(Connection connection, String handle) throws IOException {
        connection.post(
                "/actions/register-creator",
                token,
                "{\"handle\":\"%s\",\"displayName\":\"%s\"}".formatted(handle, handle));
    }

    Done publish(Connection connection, String handle, String text) throws IOException {
        return done(connection.post("/actions/publish-post", token, post(handle, text)));
    }

    Done edit(Connection connection, String postId, String text) throws IOException {
        return done(connection.post(
                "/actions/edit-post", token, "{\"postId\":\"%s\",\"text\":\"%s\"}".formatted(postId, text)));
    }

    Done like(Connection connection, String postId) throws IOException {
        return done(connection.post("/actions/like-post", token, "{\"postId\":\"%s\"}".formatted(postId)));
    }

    /** Publishes several posts in one transaction. */
    void publish(Connection connection, String handle, List<String> texts) throws IOException {
        connection.post(
                "/actions",
                token,
                texts.stream()
                        .map(text -> "{\"name\":\"publish-post\",\"body\":%s}".formatted(post(handle, text)))
                        .collect(Collectors.joining(",", "{\"actions\":[", "]}")));
    }

    private static String post(String handle, String text) {
        return "{\"creator\":\"%s\",\"text\":\"%s\"}".formatted(handle, text);
    }

    private static Done done(String reply) throws IOException {
        return new Done(Long.parseLong(found(T, reply)), found(POST_ID, reply));
    }

    private static String found(Pattern pattern, String reply) throws IOException {
        Matcher found = pattern.matcher(reply);
        if (!found.find()) {
            throw new IOException("not the reply of an action: " + reply);
        }
        return found.group(1);
    }
}
