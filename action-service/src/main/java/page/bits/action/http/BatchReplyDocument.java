package page.bits.action.http;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.submission.Reply;

/** A {@link Reply} to a batch, as JSON. */
@JsonPropertyOrder({"t", "at", "results"})
@Schema(
        name = "BatchReply",
        requiredProperties = {"t", "at", "results"})
record BatchReplyDocument(
        @Schema(description = "The basis t that this transaction made", examples = "1042")
        long t,

        @Schema(description = "When, in UTC", examples = "2026-11-22T10:36:00.123Z")
        String at,

        @Schema(description = "What each action names, in their order")
        List<ResultDocument> results) {

    static BatchReplyDocument of(Reply reply) {
        return new BatchReplyDocument(
                reply.t().value(),
                ReplyDocument.instant(reply.at()),
                reply.results().stream().map(ResultDocument::new).toList());
    }
}
