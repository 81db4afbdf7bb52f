package page.bits.action.http;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;

/** An action's result, as JSON. */
@Schema(
        name = "Result",
        type = SchemaType.OBJECT,
        description = "What the action names: which of these fields there are depends on the action",
        properties = {
            @SchemaProperty(
                    name = "handle",
                    type = SchemaType.STRING,
                    description = "register-creator, update-creator"),
            @SchemaProperty(
                    name = "postId",
                    implementation = UUID.class,
                    description = "publish-post, edit-post, delete-post, like-post, unlike-post"),
            @SchemaProperty(
                    name = "commentId",
                    implementation = UUID.class,
                    description = "comment-on-post, delete-comment"),
            @SchemaProperty(
                    name = "likes",
                    implementation = Long.class,
                    description = "like-post, unlike-post: how many likes the post has at t")
        })
record ResultDocument(@JsonValue Map<String, Object> fields) {}
