package page.bits.cluster.history;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** One action that somebody wants done, as its name and body say it. */
sealed interface Ask {

    /** As in the path. */
    String name();

    /** Its JSON. */
    Map<String, Object> body();

    /** What an action is done to. */
    sealed interface Target {

        /** Something whose id is known. */
        record Known(String id) implements Target {}

        /** What an earlier action of the same batch makes; they are counted from 0. */
        record Made(int by) implements Target {}

        static Target known(String id) {
            return new Known(id);
        }

        /** @param field of the earlier action's result */
        default Object json(String field) {
            return this instanceof Made made ? Map.of("$result", List.of(made.by(), field)) : ((Known) this).id();
        }
    }

    record RegisterCreator(String handle, String displayName) implements Ask {
        @Override
        public String name() {
            return "register-creator";
        }

        @Override
        public Map<String, Object> body() {
            return Map.of("handle", handle, "displayName", displayName);
        }
    }

    record UpdateCreator(String handle, String displayName) implements Ask {
        @Override
        public String name() {
            return "update-creator";
        }

        @Override
        public Map<String, Object> body() {
            return Map.of("handle", handle, "displayName", displayName);
        }
    }

    record PublishPost(String creator, String text) implements Ask {
        @Override
        public String name() {
            return "publish-post";
        }

        @Override
        public Map<String, Object> body() {
            return Map.of("creator", creator, "text", text);
        }
    }

    record EditPost(Target post, String text, OptionalLong expectedT) implements Ask {
        @Override
        public String name() {
            return "edit-post";
        }

        @Override
        public Map<String, Object> body() {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("postId", post.json("postId"));
            body.put("text", text);
            expectedT.ifPresent(t -> body.put("expectedT", t));
            return body;
        }
    }

    record DeletePost(Target post) implements Ask {
        @Override
        public String name() {
            return "delete-post";
        }

        @Override
        public Map<String, Object> body() {
            return Map.of("postId", post.json("postId"));
        }
    }

    record LikePost(Target post) implements Ask {
        @Override
        public String name() {
            return "like-post";
        }

        @Override
        public Map<String, Object> body() {
            return Map.of("postId", post.json("postId"));
        }
    }

    record UnlikePost(Target post) implements Ask {
        @Override
        public String name() {
            return "unlike-post";
        }

        @Override
        public Map<String, Object> body() {
            return Map.of("postId", post.json("postId"));
        }
    }

    record CommentOnPost(Target post, String text) implements Ask {
        @Override
        public String name() {
            return "comment-on-post";
        }

        @Override
        public Map<String, Object> body() {
            return Map.of("postId", post.json("postId"), "text", text);
        }
    }

    record DeleteComment(Target comment) implements Ask {
        @Override
        public String name() {
            return "delete-comment";
        }

        @Override
        public Map<String, Object> body() {
            return Map.of("commentId", comment.json("commentId"));
        }
    }
}
