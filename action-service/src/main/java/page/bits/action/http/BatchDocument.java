package page.bits.action.http;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A batch as it is sent, for the reference alone: {@link page.bits.action.Batch} reads it. */
@Schema(name = "Batch", requiredProperties = "actions")
record BatchDocument(@Schema(minItems = 1, maxItems = 100) List<Entry> actions) {

    @Schema(
            name = "BatchEntry",
            requiredProperties = {"name", "body"})
    record Entry(
            @Schema(description = "The action's name, as in its path", examples = "publish-post")
            String name,

            @Schema(
                    description =
                            "The action's body; an id may be {\"$result\":[0,\"postId\"]}: what the result of an earlier action, here the first, has under that name")
            Map<String, Object> body) {}
}
