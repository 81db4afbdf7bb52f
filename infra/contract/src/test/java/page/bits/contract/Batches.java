package page.bits.contract;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Batches with one fault. All else in them is posts that the owner may publish. */
final class Batches {

    static final String PATH = "/actions";

    /** How many actions a batch may have. */
    static final int MOST = 100;

    /**
     * A batch with one action that cannot be done.
     *
     * @param index of that action
     */
    record Faulty(Attempt attempt, int index) {}

    /** A batch with two actions of which the second undoes what the first does. */
    record Undone(Attempt attempt, int first, int second) {}

    private Batches() {}

    /** Bodies that hold no list of 1 to 100 actions, each with a name and a body: 422. */
    static Arbitrary<String> noBatch(Site site) {
        String publish = action(Act.PUBLISH_POST.id, Json.object(site.body(Act.PUBLISH_POST)));
        Arbitrary<String> noList = Arbitraries.oneOf(
                        Hostile.notAString().filter(value -> !value.startsWith("[") || value.equals("[]")),
                        Hostile.text().map(Json::quoted),
                        Arbitraries.of("null", "[]", publish),
                        Arbitraries.integers()
                                .between(MOST + 1, MOST + 50)
                                .map(size -> "[" + String.join(",", Collections.nCopies(size, publish)) + "]"))
                .map(list -> "{\"actions\":" + list + "}");
        Arbitrary<String> noFields = Arbitraries.of(
                "{}",
                "{\"action\":[" + publish + "]}",
                "{\"actions\":[" + publish + "],\"expectedT\":1}",
                "{\"actions\":[" + publish + "],\"\":null}",
                publish);
        Arbitrary<String> noAction = Arbitraries.oneOf(
                        Hostile.notAString().filter(value -> !value.equals("{}")),
                        Arbitraries.of("null", "\"publish-post\"", "{}"),
                        Hostile.notAString().map(name -> "{\"name\":" + name + ",\"body\":{}}"),
                        Arbitraries.oneOf(
                                        Hostile.notAString().filter(value -> !value.startsWith("{")),
                                        Arbitraries.of("null", "\"\"", "\"{}\""))
                                .map(body -> action(Act.PUBLISH_POST.id, body)),
                        Arbitraries.of(
                                "{\"name\":\"publish-post\"}",
                                "{\"body\":{}}",
                                publish.replace("{\"name\"", "{\"more\":1,\"name\""),
                                publish.replace("\"name\"", "\"Name\"")))
                .map(one -> "{\"actions\":[" + publish + "," + one + "]}");
        return Arbitraries.oneOf(noList, noFields, noAction);
    }

    /** Batches in which one action does not have the fields that it takes. */
    static Arbitrary<Faulty> wrongFields(Site site) {
        return Arbitraries.of(Act.class)
                .flatMap(act -> Faults.inFields(act, site.body(act))
                        // Wrong in any body but here, where it is the id of the post that the first action publishes.
                        .filter(body -> !"{\"$result\":[0,\"postId\"]}"
                                .equals(body.get(act.fields.get(0).name())))
                        .map(body -> action(act.id, Json.object(body))))
                .flatMap(action -> among(site, site.owner(), action, 422));
    }

    /** Batches in which one action is no action. */
    static Arbitrary<Faulty> unknownActions(Site site) {
        return Hostile.text()
                .filter(name -> List.of(Act.values()).stream().noneMatch(act -> act.id.equals(name)))
                .map(name -> "{\"name\":" + Json.quoted(name) + ",\"body\":{}}")
                .flatMap(action -> among(site, site.owner(), action, 404, 422));
    }

    /** Batches of one action that needs an id, which it is given as the result of another that has none such. */
    static Arbitrary<Faulty> wrongResults(Site site) {
        Arbitrary<Act> acts =
                Arbitraries.of(Act.class).filter(act -> act.fields.get(0).kind() == Field.Kind.ID);
        Arbitrary<String> results = Arbitraries.oneOf(
                Arbitraries.of(
                        "[]",
                        "[0]",
                        "[0,\"postId\",0]",
                        "[0,\"nothing\"]",
                        "[0,\"\"]",
                        "[0,null]",
                        "[0,0]",
                        "[\"0\",\"postId\"]",
                        "[0.5,\"postId\"]",
                        "[-1,\"postId\"]",
                        "[1,\"postId\"]",
                        "[2,\"postId\"]",
                        "[100,\"postId\"]",
                        "[2147483648,\"postId\"]",
                        "[4294967296,\"postId\"]",
                        "[1e400,\"postId\"]",
                        "[null,\"postId\"]",
                        "[[0,\"postId\"]]",
                        "[0,{\"$result\":[0,\"postId\"]}]",
                        "null",
                        "{}",
                        "\"postId\"",
                        "0"),
                Hostile.text().filter(name -> !name.equals("postId")).map(name -> "[0," + Json.quoted(name) + "]"),
                Hostile.notAScalar());
        Arbitrary<String> references = Arbitraries.oneOf(
                results.map(result -> "{\"$result\":" + result + "}"),
                Arbitraries.of(
                        "{\"$result\":[0,\"postId\"],\"more\":1}",
                        "{\"$Result\":[0,\"postId\"]}",
                        "{\"result\":[0,\"postId\"]}",
                        "[{\"$result\":[0,\"postId\"]}]",
                        "{\"$result\":{\"$result\":[0,\"postId\"]}}"));
        return Combinators.combine(acts, references).as((act, reference) -> {
            Map<String, String> body =
                    Faults.with(site.body(act), act.fields.get(0).name(), reference);
            String batch = batch(List.of(
                    action(Act.PUBLISH_POST.id, Json.object(site.body(Act.PUBLISH_POST))),
                    action(act.id, Json.object(body))));
            return new Faulty(Attempt.post(PATH, site.owner(), batch, 422), 1);
        });
    }

    /** Batches in which a stranger does what is the owner's, after something of their own. */
    static Arbitrary<Faulty> notTheirs(Site site) {
        String own = action(Act.LIKE_POST.id, Json.object(site.body(Act.LIKE_POST)));
        return Arbitraries.of(Act.class)
                .filter(act -> act.owners)
                .map(act -> new Faulty(
                        Attempt.post(
                                PATH,
                                site.stranger(),
                                batch(List.of(own, action(act.id, Json.object(site.body(act))))),
                                403),
                        1));
    }

    /** Batches in which one action finds nothing, or something in its way. */
    static Arbitrary<Faulty> inVain(Site site) {
        Arbitrary<Faulty> nothing = Arbitraries.of(Act.class)
                .filter(act -> act != Act.REGISTER_CREATOR)
                .map(act -> {
                    Field field = act.fields.get(0);
                    String id = field.kind() == Field.Kind.ID ? "6f9c0000-0000-4000-8000-000000000000" : "nobody";
                    return action(act.id, Json.object(Faults.with(site.body(act), field.name(), Json.quoted(id))));
                })
                .flatMap(action -> among(site, site.owner(), action, 404));
        String taken = action(
                Act.REGISTER_CREATOR.id,
                Json.object(Faults.with(site.body(Act.REGISTER_CREATOR), "handle", Json.quoted(Site.HANDLE))));
        String stale = action(
                Act.EDIT_POST.id,
                Json.object(Faults.with(site.body(Act.EDIT_POST), "expectedT", Long.toString(site.publishedT()))));
        Arbitrary<Faulty> inTheWay =
                Arbitraries.of(taken, stale).flatMap(action -> among(site, site.owner(), action, 409));
        return Arbitraries.oneOf(nothing, inTheWay);
    }

    /** Batches that set the same field twice, or like and unlike. */
    static Arbitrary<Undone> undone(Site site) {
        String publish = action(Act.PUBLISH_POST.id, Json.object(site.body(Act.PUBLISH_POST)));
        Map<String, String> edit = Faults.without(site.body(Act.EDIT_POST), "expectedT");
        Map<String, String> update = site.body(Act.UPDATE_CREATOR);
        Arbitrary<List<String>> pairs = Arbitraries.of(
                List.of(
                        action(Act.EDIT_POST.id, Json.object(Faults.with(edit, "text", "\"One\""))),
                        action(Act.EDIT_POST.id, Json.object(Faults.with(edit, "text", "\"Two\"")))),
                List.of(
                        action(Act.UPDATE_CREATOR.id, Json.object(Faults.with(update, "bio", "\"One\""))),
                        action(Act.UPDATE_CREATOR.id, Json.object(Faults.with(update, "bio", "\"Two\"")))),
                List.of(
                        action(Act.LIKE_POST.id, Json.object(site.body(Act.LIKE_POST))),
                        action(Act.UNLIKE_POST.id, Json.object(site.body(Act.UNLIKE_POST)))));
        Arbitrary<Integer> some = Arbitraries.integers().between(0, 5);
        return Combinators.combine(pairs, some, some).as((pair, before, between) -> {
            List<String> actions = new ArrayList<>(Collections.nCopies(before, publish));
            actions.add(pair.get(0));
            actions.addAll(Collections.nCopies(between, publish));
            actions.add(pair.get(1));
            return new Undone(Attempt.post(PATH, site.owner(), batch(actions), 422), before, before + between + 1);
        });
    }

    private static Arbitrary<Faulty> among(Site site, String token, String fault, Integer... promised) {
        String publish = action(Act.PUBLISH_POST.id, Json.object(site.body(Act.PUBLISH_POST)));
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.integers().between(0, 5))
                .as((before, after) -> {
                    List<String> actions = new ArrayList<>(Collections.nCopies(before, publish));
                    actions.add(fault);
                    actions.addAll(Collections.nCopies(after, publish));
                    return new Faulty(Attempt.post(PATH, token, batch(actions), promised), before);
                });
    }

    static String action(String name, String body) {
        return "{\"name\":" + Json.quoted(name) + ",\"body\":" + body + "}";
    }

    static String batch(List<String> actions) {
        return actions.stream().collect(Collectors.joining(",", "{\"actions\":[", "]}"));
    }
}
