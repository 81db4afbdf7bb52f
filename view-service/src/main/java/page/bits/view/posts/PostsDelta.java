package page.bits.view.posts;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What leads from one {@link PostsView} to another.
 *
 * @param put posts that replace the one of their id, or come in where their order puts them, newest first
 * @param remove every post that left the window
 * @param deleted those of them that no longer exist
 */
@JsonPropertyOrder({"put", "remove", "deleted"})
public record PostsDelta(List<Post> put, List<UUID> remove, List<UUID> deleted) {

    /** @param exists whether a post is still there, shown or not */
    static PostsDelta between(PostsView from, PostsView to, Predicate<UUID> exists) {
        Map<UUID, Post> before = from.posts().stream().collect(Collectors.toMap(Post::id, Function.identity()));
        Set<UUID> after = to.posts().stream().map(Post::id).collect(Collectors.toSet());
        List<Post> put = to.posts().stream()
                .filter(post -> !post.equals(before.get(post.id())))
                .toList();
        List<UUID> remove = from.posts().stream()
                .map(Post::id)
                .filter(id -> !after.contains(id))
                .toList();
        return new PostsDelta(
                put, remove, remove.stream().filter(exists.negate()).toList());
    }
}
