package page.bits.contract;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A request, and the statuses of which the contract promises one for it.
 *
 * @param headers the lines between the first line and Content-Length, which is added
 */
record Attempt(String method, String target, List<String> headers, byte[] body, Set<Integer> promised) {

    Attempt {
        headers = List.copyOf(headers);
        promised = Set.copyOf(promised);
    }

    /** A POST of JSON by whoever has the token. */
    static Attempt post(String target, String token, byte[] body, Integer... promised) {
        return new Attempt(
                "POST",
                target,
                List.of("Content-Type: application/json", "Authorization: Bearer " + token),
                body,
                Set.of(promised));
    }

    static Attempt post(String target, String token, String body, Integer... promised) {
        return post(target, token, body.getBytes(StandardCharsets.UTF_8), promised);
    }

    /** The same with more headers, which change nothing. */
    Attempt with(List<String> more) {
        List<String> all = new ArrayList<>(headers);
        all.addAll(more);
        return new Attempt(method, target, all, body, promised);
    }

    /** As it goes over the wire; characters of the head beyond Latin-1 as UTF-8. */
    byte[] bytes() {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        request.writeBytes(body);
        return request.toByteArray();
    }

    /** What a reader needs to send it again, but for the middle of a long body. */
    @Override
    public String toString() {
        String text = new String(bytes(), StandardCharsets.ISO_8859_1)
                .replace("\\", "\\\\")
                .replace("\r\n", "\n");
        StringBuilder shown = new StringBuilder("promised " + promised + " to\n");
        text.chars().forEach(c -> {
            if (c == '\n' || c >= ' ' && c <= '~') {
                shown.append((char) c);
            } else {
                shown.append(String.format("\\x%02x", c));
            }
        });
        return shown.length() <= 3000
                ? shown.toString()
                : shown.substring(0, 2000) + "…" + shown.substring(shown.length() - 500);
    }
}
