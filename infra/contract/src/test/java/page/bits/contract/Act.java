package page.bits.contract;

import static page.bits.contract.Field.optional;
import static page.bits.contract.Field.required;

import java.util.List;
import page.bits.contract.Field.Kind;

/** The actions of the contract, and what they take. */
enum Act {
    REGISTER_CREATOR(
            "register-creator",
            false,
            required("handle", Kind.HANDLE),
            required("displayName", Kind.DISPLAY_NAME),
            optional("bio", Kind.BIO),
            optional("avatarUrl", Kind.URL)),
    UPDATE_CREATOR(
            "update-creator",
            true,
            required("handle", Kind.HANDLE),
            optional("displayName", Kind.DISPLAY_NAME),
            optional("bio", Kind.BIO),
            optional("avatarUrl", Kind.URL)),
    PUBLISH_POST(
            "publish-post",
            true,
            required("creator", Kind.HANDLE),
            required("text", Kind.POST_TEXT),
            optional("imageUrl", Kind.URL)),
    EDIT_POST(
            "edit-post",
            true,
            required("postId", Kind.ID),
            required("text", Kind.POST_TEXT),
            optional("expectedT", Kind.T)),
    DELETE_POST("delete-post", true, required("postId", Kind.ID)),
    LIKE_POST("like-post", false, required("postId", Kind.ID)),
    UNLIKE_POST("unlike-post", false, required("postId", Kind.ID)),
    COMMENT_ON_POST("comment-on-post", false, required("postId", Kind.ID), required("text", Kind.COMMENT_TEXT)),
    DELETE_COMMENT("delete-comment", true, required("commentId", Kind.ID));

    final String id;

    /** Whether it is the owner's, so that a stranger may not. */
    final boolean owners;

    final List<Field> fields;

    Act(String id, boolean owners, Field... fields) {
        this.id = id;
        this.owners = owners;
        this.fields = List.of(fields);
    }

    String path() {
        return "/actions/" + id;
    }
}
