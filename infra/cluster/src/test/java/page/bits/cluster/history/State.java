package page.bits.cluster.history;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import page.bits.cluster.history.Ask.CommentOnPost;
import page.bits.cluster.history.Ask.DeleteComment;
import page.bits.cluster.history.Ask.DeletePost;
import page.bits.cluster.history.Ask.EditPost;
import page.bits.cluster.history.Ask.LikePost;
import page.bits.cluster.history.Ask.PublishPost;
import page.bits.cluster.history.Ask.RegisterCreator;
import page.bits.cluster.history.Ask.Target;
import page.bits.cluster.history.Ask.UnlikePost;
import page.bits.cluster.history.Ask.UpdateCreator;
import page.bits.cluster.history.Thing.Comment;
import page.bits.cluster.history.Thing.Creator;
import page.bits.cluster.history.Thing.Deleted;
import page.bits.cluster.history.Thing.Post;

/** All things at one time, and what each action does to them where no other one is under way: the contract, in small. */
final class State {

    /** Why an action is refused: the status of the answer, and the rule that is broken where it happens all the same. */
    enum Refusal {
        HANDLE_TAKEN(409, Rule.HANDLE_ONCE),
        NOT_THERE(404, Rule.THERE),
        NOT_YOURS(403, Rule.WHO_MAY),
        EDITED_SINCE(409, Rule.EXPECTED_T),
        CONTRADICTS(422, Rule.BATCH);

        private final int status;
        private final Rule rule;

        Refusal(int status, Rule rule) {
            this.status = status;
            this.rule = rule;
        }

        int status() {
            return status;
        }

        Rule rule() {
            return rule;
        }
    }

    /**
     * @param refusals why it can't be done, all that apply; empty where it can
     * @param results of each action, where it can be done
     */
    record Decision(Set<Refusal> refusals, List<Map<String, String>> results) {}

    private final Map<String, Thing> things = new HashMap<>();
    private final Optional<State> before;

    private State(Optional<State> before) {
        this.before = before;
    }

    static State empty() {
        return new State(Optional.empty());
    }

    /** A state that begins as this one, and that may change while this one does not. */
    State trial() {
        return new State(Optional.of(this));
    }

    Optional<Thing> get(String name) {
        Thing own = things.get(name);
        return own == null ? before.flatMap(state -> state.get(name)) : Optional.of(own);
    }

    void put(String name, Thing thing) {
        things.put(name, thing);
    }

    /** The names of what is otherwise than before. */
    Set<String> changed() {
        Set<String> changed = new HashSet<>();
        things.forEach((name, thing) -> {
            if (!before.flatMap(state -> state.get(name)).equals(Optional.of(thing))) {
                changed.add(name);
            }
        });
        return changed;
    }

    Map<String, Thing> things() {
        return Map.copyOf(things);
    }

    /**
     * Does one action after the other.
     *
     * @param t of the transaction
     * @param ids what a post or comment with a text is called that is made now
     */
    Decision perform(String actor, List<Ask> asks, long t, Function<String, String> ids) {
        Set<Refusal> refusals = EnumSet.noneOf(Refusal.class);
        List<Map<String, String>> results = new ArrayList<>();
        for (Ask ask : asks) {
            results.add(new Performance(actor, t, ids, results, refusals).of(ask));
        }
        if (contradict(asks)) {
            refusals.add(Refusal.CONTRADICTS);
        }
        return new Decision(refusals, refusals.isEmpty() ? List.copyOf(results) : List.of());
    }

    /** Of what is asked here, only a like and its opposite in one batch do. */
    private static boolean contradict(List<Ask> asks) {
        Set<Target> liked = new HashSet<>();
        asks.stream().filter(LikePost.class::isInstance).forEach(ask -> liked.add(((LikePost) ask).post()));
        return asks.stream().anyMatch(ask -> ask instanceof UnlikePost unlike && liked.contains(unlike.post()));
    }

    private final class Performance {

        private final String actor;
        private final long t;
        private final Function<String, String> ids;
        private final List<Map<String, String>> earlier;
        private final Set<Refusal> refusals;

        Performance(
                String actor,
                long t,
                Function<String, String> ids,
                List<Map<String, String>> earlier,
                Set<Refusal> refusals) {
            this.actor = actor;
            this.t = t;
            this.ids = ids;
            this.earlier = earlier;
            this.refusals = refusals;
        }

        Map<String, String> of(Ask ask) {
            if (ask instanceof RegisterCreator register) {
                return register(register);
            } else if (ask instanceof UpdateCreator update) {
                return update(update);
            } else if (ask instanceof PublishPost publish) {
                return publish(publish);
            } else if (ask instanceof EditPost edit) {
                return edit(edit);
            } else if (ask instanceof DeletePost delete) {
                return delete(delete);
            } else if (ask instanceof LikePost like) {
                return like(like.post(), true);
            } else if (ask instanceof UnlikePost unlike) {
                return like(unlike.post(), false);
            } else if (ask instanceof CommentOnPost comment) {
                return comment(comment);
            }
            return deleteComment((DeleteComment) ask);
        }

        private Map<String, String> register(RegisterCreator ask) {
            String name = Thing.creator(ask.handle());
            if (get(name).isPresent()) {
                return refuse(Refusal.HANDLE_TAKEN);
            }
            put(name, new Creator(actor, ask.displayName(), 0));
            return Map.of("handle", ask.handle());
        }

        private Map<String, String> update(UpdateCreator ask) {
            String name = Thing.creator(ask.handle());
            if (!(get(name).orElse(null) instanceof Creator creator)) {
                return refuse(Refusal.NOT_THERE);
            }
            if (!creator.owner().equals(actor)) {
                return refuse(Refusal.NOT_YOURS);
            }
            put(name, new Creator(actor, ask.displayName(), creator.posts()));
            return Map.of("handle", ask.handle());
        }

        private Map<String, String> publish(PublishPost ask) {
            String creator = Thing.creator(ask.creator());
            if (get(creator).isEmpty()) {
                return refuse(Refusal.NOT_THERE);
            }
            if (!owns(creator)) {
                return refuse(Refusal.NOT_YOURS);
            }
            countPosts(creator, 1);
            String id = ids.apply(ask.text());
            put(Thing.post(id), new Post(creator, ask.text(), t, Set.of(), 0, 0));
            return Map.of("postId", id);
        }

        private Map<String, String> edit(EditPost ask) {
            String id = id(ask.post(), "postId");
            if (!(get(Thing.post(id)).orElse(null) instanceof Post post)) {
                return refuse(Refusal.NOT_THERE);
            }
            if (!owns(post.creator())) {
                refuse(Refusal.NOT_YOURS);
            }
            if (ask.expectedT().isPresent() && post.textT() > ask.expectedT().getAsLong()) {
                refuse(Refusal.EDITED_SINCE);
            }
            if (!post.text().equals(ask.text())) {
                put(
                        Thing.post(id),
                        new Post(post.creator(), ask.text(), t, post.likedBy(), post.likes(), post.comments()));
            }
            return Map.of("postId", id);
        }

        private Map<String, String> delete(DeletePost ask) {
            String id = id(ask.post(), "postId");
            if (!(get(Thing.post(id)).orElse(null) instanceof Post post)) {
                return refuse(Refusal.NOT_THERE);
            }
            if (!owns(post.creator())) {
                return refuse(Refusal.NOT_YOURS);
            }
            countPosts(post.creator(), -1);
            put(Thing.post(id), new Deleted(Set.of(), post.likedBy()));
            return Map.of("postId", id);
        }

        private Map<String, String> like(Target target, boolean wanted) {
            String id = id(target, "postId");
            if (!(get(Thing.post(id)).orElse(null) instanceof Post post)) {
                return refuse(Refusal.NOT_THERE);
            }
            Set<String> likedBy = new HashSet<>(post.likedBy());
            if (wanted) {
                likedBy.add(actor);
            } else {
                likedBy.remove(actor);
            }
            put(
                    Thing.post(id),
                    new Post(post.creator(), post.text(), post.textT(), likedBy, likedBy.size(), post.comments()));
            return Map.of("postId", id, "likes", Integer.toString(likedBy.size()));
        }

        private Map<String, String> comment(CommentOnPost ask) {
            String id = id(ask.post(), "postId");
            if (!(get(Thing.post(id)).orElse(null) instanceof Post)) {
                return refuse(Refusal.NOT_THERE);
            }
            countComments(id, 1);
            String comment = ids.apply(ask.text());
            put(Thing.comment(comment), new Comment(Thing.post(id), actor, ask.text()));
            return Map.of("commentId", comment);
        }

        /** With their post, its comments are out of reach. */
        private Map<String, String> deleteComment(DeleteComment ask) {
            String id = id(ask.comment(), "commentId");
            if (!(get(Thing.comment(id)).orElse(null) instanceof Comment comment)
                    || !(get(comment.post()).orElse(null) instanceof Post post)) {
                return refuse(Refusal.NOT_THERE);
            }
            if (!comment.author().equals(actor) && !owns(post.creator())) {
                return refuse(Refusal.NOT_YOURS);
            }
            countComments(comment.post().substring(Thing.post("").length()), -1);
            put(Thing.comment(id), new Deleted(Set.of(), Set.of()));
            return Map.of("commentId", id);
        }

        private void countPosts(String name, int more) {
            if (get(name).orElse(null) instanceof Creator creator) {
                put(name, new Creator(creator.owner(), creator.displayName(), creator.posts() + more));
            }
        }

        private void countComments(String id, int more) {
            Post post = (Post) get(Thing.post(id)).orElseThrow();
            put(
                    Thing.post(id),
                    new Post(
                            post.creator(),
                            post.text(),
                            post.textT(),
                            post.likedBy(),
                            post.likes(),
                            post.comments() + more));
        }

        private boolean owns(String creator) {
            return get(creator).orElse(null) instanceof Creator known
                    && known.owner().equals(actor);
        }

        private String id(Target target, String field) {
            return target instanceof Target.Made made
                    ? earlier.get(made.by()).getOrDefault(field, "")
                    : ((Target.Known) target).id();
        }

        private Map<String, String> refuse(Refusal refusal) {
            refusals.add(refusal);
            return Map.of();
        }
    }
}
