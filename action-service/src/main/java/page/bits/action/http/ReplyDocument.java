package page.bits.action.http;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.submission.Reply;

/** A {@link Reply} to one action, as JSON. */
@JsonPropertyOrder({"action", "t", "at", "result"})
@Schema(
        name = "Reply",
        requiredProperties = {"action", "t", "at", "result"})
record ReplyDocument(
        @Schema(examples = "publish-post") String action,

        @Schema(
                description =
                        "The basis t that its transaction made; where nothing changed and there is none, of the database as it was",
                examples = "1042")
        long t,

        @Schema(description = "When, in UTC", examples = "2026-11-22T10:36:00.123Z")
        String at,

        ResultDocument result) {

    /** Always three digits of milliseconds, which is all that Datomic keeps. */
    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    static ReplyDocument of(Reply reply) {
        return new ReplyDocument(
                reply.names().get(0),
                reply.t().value(),
                instant(reply.at()),
                new ResultDocument(reply.results().get(0)));
    }

    static String instant(Instant at) {
        return MILLISECONDS.format(at);
    }
}
