package page.bits.action;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import page.bits.action.body.Fields;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.http.Text;
import page.bits.http.Violation;

/** Actions to be done together: {@code {"actions":[{"name":"…","body":{…}}, …]}}. */
public final class Batch {

    /** On the transaction entity, in place of an action's name. */
    public static final String NAME = "batch";

    private static final Map<String, Function<Fields, Action>> PARSERS = parsers();

    private final Fields fields;
    private final List<Violation> violations = new ArrayList<>();

    /** Those that could be read; null for one that could not. */
    private final List<Action> actions = new ArrayList<>();

    private Batch(Fields fields) {
        this.fields = fields;
    }

    private static Map<String, Function<Fields, Action>> parsers() {
        Map<String, Function<Fields, Action>> parsers = new LinkedHashMap<>();
        parsers.put(RegisterCreator.NAME, RegisterCreator::of);
        parsers.put(UpdateCreator.NAME, UpdateCreator::of);
        parsers.put(PublishPost.NAME, PublishPost::of);
        parsers.put(EditPost.NAME, EditPost::of);
        parsers.put(DeletePost.NAME, DeletePost::of);
        parsers.put(LikePost.NAME, LikePost::of);
        parsers.put(UnlikePost.NAME, UnlikePost::of);
        parsers.put(CommentOnPost.NAME, CommentOnPost::of);
        parsers.put(DeleteComment.NAME, DeleteComment::of);
        return parsers;
    }

    /**
     * The actions of a batch, in their order.
     *
     * @param max how many there may be
     * @throws ProblemException 404 where one has no name of an action, 422 with all that is wrong otherwise; each names the
     *     index
     */
    public static List<Action> of(Fields fields, int max) {
        return new Batch(fields).read(max);
    }

    private List<Action> read(int max) {
        List<Optional<Fields>> entries = fields.objects("actions", 1, max, this::id);
        List<Optional<String>> names =
                entries.stream().map(entry -> entry.map(Batch::name)).toList();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isPresent() && !PARSERS.containsKey(names.get(i).get())) {
                throw ProblemException.of(
                                ProblemType.NOT_FOUND,
                                "There is no action '"
                                        + Text.quoted(names.get(i).get()) + "'.")
                        .within(Plan.path(i));
            }
        }
        for (int i = 0; i < entries.size(); i++) {
            Optional<String> name = names.get(i);
            actions.add(entries.get(i).map(entry -> read(entry, name)).orElse(null));
        }
        check(fields);
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
        return List.copyOf(actions);
    }

    private static String name(Fields entry) {
        return entry.required("name", Function.identity());
    }

    private Action read(Fields entry, Optional<String> name) {
        Optional<Fields> body = entry.object("body");
        check(entry);
        if (name.isEmpty() || body.isEmpty()) {
            return null;
        }
        try {
            return PARSERS.get(name.get()).apply(body.get());
        } catch (ProblemException e) {
            violations.addAll(e.problem().violations());
            return null;
        }
    }

    private void check(Fields each) {
        try {
            each.check();
        } catch (ProblemException e) {
            violations.addAll(e.problem().violations());
        }
    }

    private Optional<UUID> id(int index, String field) {
        if (index < 0 || index >= actions.size()) {
            throw new IllegalArgumentException("must refer to an earlier action, by an index below " + actions.size());
        }
        Action action = actions.get(index);
        if (action == null) {
            return Optional.empty();
        }
        UUID id = action.ids().get(field);
        if (id == null) {
            throw new IllegalArgumentException("the result of " + Plan.path(index) + " has no " + field);
        }
        return Optional.of(id);
    }
}
