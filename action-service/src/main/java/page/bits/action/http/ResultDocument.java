package page.bits.action.http;

import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What an action's result may hold, for the reference alone. */
@Schema(name = "Result", description = "What the action names: which of these fields there are depends on the action")
record ResultDocument(
        @Schema(description = "register-creator, update-creator", examples = "alice")
        String handle,

        @Schema(
                description = "publish-post, edit-post, delete-post, like-post, unlike-post",
                examples = "6f9c52c1-7f3e-4c52-9df8-5c5a0e0b8a11")
        UUID postId,

        @Schema(description = "comment-on-post, delete-comment", examples = "0d6f3b0e-6c2f-4c39-a4f0-3e1f8f6f2d55")
        UUID commentId,

        @Schema(description = "like-post, unlike-post: how many likes the post has at t", examples = "3")
        Long likes) {}
