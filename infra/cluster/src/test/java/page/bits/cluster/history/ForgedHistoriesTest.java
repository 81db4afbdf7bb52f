package page.bits.cluster.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import page.bits.cluster.history.Ask.CommentOnPost;
import page.bits.cluster.history.Ask.DeletePost;
import page.bits.cluster.history.Ask.EditPost;
import page.bits.cluster.history.Ask.LikePost;
import page.bits.cluster.history.Ask.PublishPost;
import page.bits.cluster.history.Ask.RegisterCreator;
import page.bits.cluster.history.Ask.Target;
import page.bits.cluster.history.Ask.UnlikePost;
import page.bits.cluster.history.Entry.Fact;

/** One history that is good, and what is wrong with each that differs from it in one thing. */
class ForgedHistoriesTest {

    private static final Target P1 = Target.known("p1");
    private static final Target P3 = Target.known("p3");

    private final Map<String, Asked> asked = new LinkedHashMap<>();
    private final Map<Long, Entry> log = new TreeMap<>();
    private final Map<String, Thing> now = new HashMap<>();
    private int traces;

    @BeforeEach
    void aGoodHistory() {
        done("register", ann("k1", new RegisterCreator("ann", "Ann")), 10, 100, Map.of("handle", "ann"));
        written("register", 100, registered("ann", "ann-sub", "Ann"));
        done("publish", ann("k2", new PublishPost("ann", "one")), 30, 102, Map.of("postId", "p1"));
        written("publish", 102, published("p1", "one", 1));
        done("like", bob(new LikePost(P1)), 50, 104, Map.of("postId", "p1", "likes", "1"));
        written("like", 104, List.of(add("post:p1", "post/liked-by", "bob-sub"), add("post:p1", "post/likes", 1L)));
        refused("register again", bob(new RegisterCreator("ann", "Bob")), 50, 409);
        done("like again", bob(new LikePost(P1)), 70, 104, Map.of("postId", "p1", "likes", "1"));
        tell("comment", Asked.one("bob-sub", Optional.of("k3"), new CommentOnPost(P1, "hi")));
        tell("comment", lost(90));
        tell("comment", replayed(96, 106, Map.of("commentId", "c1")));
        written("comment", 106, commented("c1", "p1", "bob-sub", "hi", 1));
        done("edit", ann("k4", edit("two", 102)), 110, 108, Map.of("postId", "p1"));
        written("edit", 108, List.of(drop("post:p1", "post/text", "one"), add("post:p1", "post/text", "two")));
        refused("edit late", ann("", edit("zwei", 102)), 130, 409);
        tell("like in vain", ann("", new LikePost(P1)));
        tell("like in vain", answered(131, 503, -1, false, List.of()));
        tell("like unknown", Asked.one("cid-sub", Optional.empty(), new LikePost(P1)));
        tell("like unknown", answered(132, 504, -1, false, List.of()));
        written(
                "like unknown",
                110,
                List.of(
                        add("post:p1", "post/liked-by", "cid-sub"),
                        drop("post:p1", "post/likes", 1L),
                        add("post:p1", "post/likes", 2L)));
        tell("like that never was", Asked.one("dan-sub", Optional.empty(), new LikePost(P1)));
        tell("like that never was", lost(133));
        tell(
                "batch",
                Asked.batch(
                        "ann-sub",
                        Optional.of("k5"),
                        List.of(new PublishPost("ann", "three"), new CommentOnPost(new Target.Made(0), "first"))));
        tell("batch", answered(150, 200, 112, false, List.of(Map.of("postId", "p2"), Map.of("commentId", "c2"))));
        List<Fact> both = new ArrayList<>(published("p2", "three", 2));
        both.addAll(commented("c2", "p2", "ann-sub", "first", 1));
        written("batch", 112, both);
        done("publish doomed", ann("k6", new PublishPost("ann", "doomed")), 170, 114, Map.of("postId", "p3"));
        written("publish doomed", 114, published("p3", "doomed", 3));
        done("delete", ann("k7", new DeletePost(P3)), 190, 116, Map.of("postId", "p3"));
        written(
                "delete",
                116,
                List.of(
                        drop("post:p3", "post/creator", "creator:ann"),
                        drop("post:p3", "post/text", "doomed"),
                        add("post:p3", "post/deleted", true),
                        drop("creator:ann", "creator/posts", 3L),
                        add("creator:ann", "creator/posts", 2L)));
        refused("like the deleted", bob(new LikePost(P3)), 210, 404);
        tell("publish", replayed(230, 102, Map.of("postId", "p1")));
        done("unlike", bob(new UnlikePost(P1)), 250, 118, Map.of("postId", "p1", "likes", "1"));
        written("unlike", 118, unliked("bob-sub", 2));
        tell("unlike again", Asked.one("bob-sub", Optional.of("k8"), new UnlikePost(P1)));
        tell("unlike again", answered(270, 200, 120, false, List.of(Map.of("postId", "p1", "likes", "1"))));
        written("unlike again", 120, List.of());
        log.put(121L, new Entry(121, Optional.empty(), Optional.empty(), false, Optional.empty(), List.of()));
    }

    @Test
    void aGoodHistoryPasses() {
        History.Verdict verdict = check();
        assertTrue(verdict.holds(), verdict::toString);
        assertEquals(
                Map.of("acknowledged", 11L, "refused", 3L, "never submitted", 1L, "unknown", 2L), verdict.requests());
        assertEquals(1, verdict.found());
        assertEquals(1, verdict.noOps());
    }

    @Test
    void anAcknowledgedActionIsNotLost() {
        log.remove(112L);
        assertBroken(Rule.NOT_LOST, Rule.POSTS, Rule.COUNTS);
    }

    @Test
    void anAcknowledgedActionWithoutAKeyIsNotLostEither() {
        log.remove(118L);
        assertBroken(Rule.NOT_LOST, Rule.LIKES);
    }

    @Test
    void nothingIsDoneTwice() {
        written("comment", 122, commented("c9", "p1", "bob-sub", "hi", 2));
        assertBroken(Rule.ONCE, Rule.COUNTS);
    }

    @Test
    void whatIsUnknownIsNotDoneTwiceEither() {
        written("like unknown", 122, List.of());
        assertBroken(Rule.ONCE);
    }

    @Test
    void whatWasRefusedIsNotDone() {
        written("like the deleted", 122, List.of(add("post:p3", "post/liked-by", "bob-sub")));
        assertBroken(Rule.REFUSED_LEFT_NOTHING, Rule.THERE);
    }

    @Test
    void whatWasNeverSubmittedIsNotDone() {
        written(
                "like in vain",
                122,
                List.of(
                        add("post:p1", "post/liked-by", "ann-sub"),
                        drop("post:p1", "post/likes", 1L),
                        add("post:p1", "post/likes", 2L)));
        assertBroken(Rule.NEVER_SUBMITTED_LEFT_NOTHING);
    }

    @Test
    void aReplyTellsItsOwnT() {
        retell("edit", answered(110, 200, 107, false, List.of(Map.of("postId", "p1"))));
        assertBroken(Rule.AT_ITS_T);
    }

    @Test
    void aReplyWithoutAKeyTellsItsOwnTToo() {
        String trace = asked.get("unlike").attempts().get(0).trace();
        retell("unlike", attempt(trace, 250, 200, 120, false, List.of(Map.of("postId", "p1", "likes", "1"))));
        assertBroken(Rule.AT_ITS_T, Rule.REAL_TIME);
    }

    @Test
    void nobodyActsInTheNameOfAnother() {
        Entry edit = log.get(108L);
        log.put(108L, new Entry(108, edit.name(), Optional.of("bob-sub"), true, edit.trace(), edit.facts()));
        assertBroken(Rule.BY_ITS_ACTOR);
    }

    @Test
    void aLikeCountsOnce() {
        written("like again", 109, List.of(drop("post:p1", "post/likes", 1L), add("post:p1", "post/likes", 2L)));
        log.remove(110L);
        assertTrue(check().broken().contains(Rule.LIKES), () -> check().toString());
    }

    @Test
    void aReplyTellsHowManyLikesThereAre() {
        String trace = asked.get("unlike").attempts().get(0).trace();
        retell("unlike", attempt(trace, 250, 200, 118, false, List.of(Map.of("postId", "p1", "likes", "2"))));
        assertBroken(Rule.LIKES);
    }

    @Test
    void aReplyTellsWhatWasMade() {
        String trace = asked.get("batch").attempts().get(0).trace();
        retell(
                "batch",
                attempt(trace, 150, 200, 112, false, List.of(Map.of("postId", "p2"), Map.of("commentId", "c1"))));
        assertBroken(Rule.RESULT);
    }

    @Test
    void aNewerTextIsNotWrittenOver() {
        done("edit over", ann("", edit("drei", 102)), 300, 122, Map.of("postId", "p1"));
        written("edit over", 122, List.of(drop("post:p1", "post/text", "two"), add("post:p1", "post/text", "drei")));
        assertBroken(Rule.EXPECTED_T);
    }

    @Test
    void nobodyCommentsOnWhatIsDeleted() {
        done("comment late", bob(new CommentOnPost(P3, "late")), 300, 122, Map.of("commentId", "c3"));
        written("comment late", 122, commented("c3", "p3", "bob-sub", "late", 1));
        assertBroken(Rule.THERE);
    }

    @Test
    void nothingComesBack() {
        done(
                "edit the deleted",
                ann("", new EditPost(P3, "again", OptionalLong.empty())),
                300,
                122,
                Map.of("postId", "p3"));
        List<Fact> back = new ArrayList<>(published("p3", "again", 3));
        back.add(drop("post:p3", "post/deleted", true));
        written("edit the deleted", 122, back);
        assertBroken(Rule.THERE, Rule.COUNTS);
    }

    @Test
    void aKeyIsOfOneRequest() {
        refused("with the key of another", ann("k2", new PublishPost("ann", "uno")), 300, 422);
        assertBroken();
        retell("with the key of another", answered(300, 200, 122, false, List.of(Map.of("postId", "p9"))));
        written("with the key of another", 122, published("p9", "uno", 3));
        assertBroken(Rule.ONCE);
    }

    @Test
    void aKeyIsNotRefusedBeforeItWasUsed() {
        refused("with a key of its own", ann("k9", new PublishPost("ann", "uno")), 300, 422);
        assertBroken(Rule.RIGHTLY_REFUSED);
    }

    @Test
    void aHandleIsRegisteredOnce() {
        done("register twice", bob(new RegisterCreator("ann", "Bob")), 300, 122, Map.of("handle", "ann"));
        written("register twice", 122, List.of(add("creator:ann", "creator/display-name", "Bob")));
        assertBroken(Rule.HANDLE_ONCE, Rule.COUNTS);
    }

    @Test
    void onlyTheOwnerPublishes() {
        done("publish on another's", bob(new PublishPost("ann", "mine")), 300, 122, Map.of("postId", "p9"));
        written("publish on another's", 122, published("p9", "mine", 3));
        assertBroken(Rule.WHO_MAY);
    }

    @Test
    void aTransactionDoesWhatWasAsked() {
        written("edit", 108, List.of(drop("post:p1", "post/text", "one"), add("post:p1", "post/text", "zwo")));
        assertBroken(Rule.EFFECT);
    }

    @Test
    void aTransactionDoesNothingElse() {
        List<Fact> more = new ArrayList<>(log.get(108L).facts());
        more.add(drop("creator:ann", "creator/display-name", "Ann"));
        more.add(add("creator:ann", "creator/display-name", "Anne"));
        written("edit", 108, more);
        assertBroken(Rule.EFFECT);
    }

    @Test
    void aBatchIsDoneAsAWholeOrNotAtAll() {
        written("batch", 112, published("p2", "three", 2));
        assertTrue(check().broken().containsAll(Set.of(Rule.EFFECT, Rule.COUNTS)), () -> check().toString());
    }

    @Test
    void aBatchDoesNotContradictItself() {
        Asked both = Asked.batch("bob-sub", Optional.of("k9"), List.of(new LikePost(P1), new UnlikePost(P1)));
        tell("both", both);
        tell(
                "both",
                answered(
                        300,
                        200,
                        122,
                        false,
                        List.of(Map.of("postId", "p1", "likes", "2"), Map.of("postId", "p1", "likes", "1"))));
        written("both", 122, List.of());
        assertBroken(Rule.BATCH);
    }

    @Test
    void aPostIsCounted() {
        written("publish doomed", 114, published("p3", "doomed", 4));
        assertBroken(Rule.POSTS);
    }

    @Test
    void aCommentIsCounted() {
        written("comment", 106, commented("c1", "p1", "bob-sub", "hi", 2));
        assertBroken(Rule.COMMENTS);
    }

    @Test
    void allRepliesToOneKeyAreEqual() {
        Attempt first = asked.get("publish").attempts().get(0);
        retell("publish", first, replayed(230, 102, Map.of("postId", "p2")));
        assertBroken(Rule.REPLIES_AGREE, Rule.RESULT);
    }

    @Test
    void allRepliesToOneKeyAreOfTheSameTime() {
        Attempt first = asked.get("publish").attempts().get(0);
        retell(
                "publish",
                first,
                new Attempt(trace(), "action-2", 230, 235, 200, 102, "later", first.results(), true, ""));
        assertBroken(Rule.REPLIES_AGREE);
    }

    @Test
    void whatWasDoneOnceIsNotRefusedLater() {
        tell("delete", answered(300, 404, -1, false, List.of()));
        assertBroken(Rule.REPLIES_AGREE);
    }

    @Test
    void aRepeatIsMarkedAsSuch() {
        retell(
                "comment",
                asked.get("comment").attempts().get(0),
                answered(96, 200, 106, false, List.of(Map.of("commentId", "c1"))));
        assertBroken(Rule.MARKED_AS_REPLAYED);
    }

    @Test
    void nothingHappensThatNobodyAskedFor() {
        log.put(
                122L,
                new Entry(
                        122,
                        Optional.of("like-post"),
                        Optional.of("bob-sub"),
                        false,
                        Optional.of("no trace of ours"),
                        List.of(
                                add("post:p1", "post/liked-by", "bob-sub"),
                                drop("post:p1", "post/likes", 1L),
                                add("post:p1", "post/likes", 2L))));
        assertBroken(Rule.ASKED_FOR);
    }

    @Test
    void noFactComesWithoutAnAction() {
        log.put(
                122L,
                new Entry(
                        122,
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        List.of(drop("post:p1", "post/text", "two"), add("post:p1", "post/text", "hacked"))));
        assertBroken(Rule.ASKED_FOR);
    }

    @Test
    void aReplyWithoutATransactionIsNotOfAnEarlierTime() {
        // Bob's like is gone since 118, as everybody knew at 260.
        done("like stale", bob(new LikePost(P1)), 300, 120, Map.of("postId", "p1", "likes", "1"));
        assertBroken(Rule.NO_OP);
    }

    @Test
    void aReplyWithoutATransactionTellsATOfItsTime() {
        done("unlike stale", bob(new UnlikePost(P1)), 300, 116, Map.of("postId", "p1", "likes", "1"));
        assertBroken(Rule.REAL_TIME);
    }

    @Test
    void aReplyWithoutATransactionMayBeOfATimeWhileItWasAsked() {
        tell("like while unliked", bob(new LikePost(P1)));
        tell(
                "like while unliked",
                attempt(trace(), 245, 265, 200, 116, false, List.of(Map.of("postId", "p1", "likes", "2"))));
        assertBroken();
    }

    @Test
    void aTransactionThatChangesNothingIsNotMade() {
        Entry again = log.get(120L);
        retell("like again");
        log.remove(120L);
        retell("unlike again");
        tell("unlike once more", bob(new UnlikePost(P1)));
        tell("unlike once more", answered(300, 200, 122, false, List.of(Map.of("postId", "p1", "likes", "1"))));
        written("unlike once more", 122, again.facts());
        assertBroken(Rule.NO_EMPTY_TRANSACTION);
    }

    @Test
    void aTransactionMayChangeNothingWhereAnotherDidTheSameMeanwhile() {
        tell("unlike at once", bob(new UnlikePost(P1)));
        tell(
                "unlike at once",
                attempt(trace(), 245, 265, 200, 119, false, List.of(Map.of("postId", "p1", "likes", "1"))));
        written("unlike at once", 119, List.of());
        assertBroken();
    }

    @Test
    void nothingIsRefusedWithoutReason() {
        refused("like refused", bob(new LikePost(P1)), 300, 404);
        assertBroken(Rule.RIGHTLY_REFUSED);
    }

    @Test
    void aRefusalMayBeOfATimeWhileItWasAsked() {
        tell("like while published", bob(new LikePost(P3)));
        tell("like while published", attempt(trace(), 165, 175, 404, -1, false, List.of()));
        assertBroken();
    }

    @Test
    void whatEndedBeforeIsNotLater() {
        String trace = asked.get("unlike").attempts().get(0).trace();
        retell("unlike", attempt(trace, 300, 200, 118, false, List.of(Map.of("postId", "p1", "likes", "1"))));
        assertBroken(Rule.REAL_TIME);
    }

    @Test
    void theIndexesHoldWhatTheLogHolds() {
        now.put("post:p1", new Thing.Post("creator:ann", "two", 108, Set.of("cid-sub"), 2, 1));
        assertBroken(Rule.COUNTS);
    }

    private void assertBroken(Rule... rules) {
        History.Verdict verdict = check();
        assertEquals(Set.of(rules), verdict.broken(), verdict::toString);
    }

    private History.Verdict check() {
        Facts facts = new Facts();
        log.values().forEach(entry -> facts.add(entry.t(), entry.facts()));
        Map<String, Thing> indexed = new HashMap<>(facts.things());
        indexed.putAll(now);
        return History.check(List.copyOf(asked.values()), new StoredLog(List.copyOf(log.values()), indexed));
    }

    private static EditPost edit(String text, long expectedT) {
        return new EditPost(P1, text, OptionalLong.of(expectedT));
    }

    private static Asked ann(String key, Ask ask) {
        return Asked.one("ann-sub", Optional.of(key).filter(told -> !told.isEmpty()), ask);
    }

    private static Asked bob(Ask ask) {
        return Asked.one("bob-sub", Optional.empty(), ask);
    }

    private void done(String name, Asked what, long began, long t, Map<String, String> result) {
        tell(name, what);
        tell(name, answered(began, 200, t, false, List.of(result)));
    }

    private void refused(String name, Asked what, long began, int status) {
        tell(name, what);
        tell(name, answered(began, status, -1, false, List.of()));
    }

    private void tell(String name, Asked what) {
        asked.put(name, what);
    }

    private void tell(String name, Attempt attempt) {
        asked.get(name).note(attempt);
    }

    /** As if its client had been told this instead. */
    private void retell(String name, Attempt... attempts) {
        Asked before = asked.remove(name);
        if (attempts.length == 0) {
            return;
        }
        Asked after = before.isBatch()
                ? Asked.batch(before.actor(), before.key(), before.asks())
                : Asked.one(before.actor(), before.key(), before.asks().get(0));
        List.of(attempts).forEach(after::note);
        asked.put(name, after);
        String trace = before.attempts().get(0).trace();
        log.replaceAll((t, entry) -> entry.trace().equals(Optional.of(trace))
                ? new Entry(
                        t, entry.name(), entry.actor(), entry.hasKey(), Optional.of(attempts[0].trace()), entry.facts())
                : entry);
    }

    private Attempt answered(long began, int status, long t, boolean replayed, List<Map<String, String>> results) {
        return attempt(trace(), began, status, t, replayed, results);
    }

    private Attempt replayed(long began, long t, Map<String, String> result) {
        return answered(began, 200, t, true, List.of(result));
    }

    private Attempt lost(long began) {
        return answered(began, 0, -1, false, List.of());
    }

    private static Attempt attempt(
            String trace, long began, int status, long t, boolean replayed, List<Map<String, String>> results) {
        return attempt(trace, began, began + 5, status, t, replayed, results);
    }

    private static Attempt attempt(
            String trace,
            long began,
            long ended,
            int status,
            long t,
            boolean replayed,
            List<Map<String, String>> results) {
        return new Attempt(trace, "action-1", began, ended, status, t, "at " + t, results, replayed, "");
    }

    private String trace() {
        return "trace " + ++traces;
    }

    /** A transaction made by the first sending. */
    private void written(String name, long t, List<Fact> facts) {
        Asked what = asked.get(name);
        log.put(
                t,
                new Entry(
                        t,
                        Optional.of(what.name()),
                        Optional.of(what.actor()),
                        what.key().isPresent(),
                        Optional.of(what.attempts().get(0).trace()),
                        facts));
    }

    private static List<Fact> registered(String handle, String owner, String displayName) {
        return List.of(
                add("creator:" + handle, "creator/handle", handle),
                add("creator:" + handle, "creator/owner", owner),
                add("creator:" + handle, "creator/display-name", displayName));
    }

    private static List<Fact> published(String id, String text, long posts) {
        List<Fact> facts = new ArrayList<>(List.of(
                add("post:" + id, "post/id", id),
                add("post:" + id, "post/creator", "creator:ann"),
                add("post:" + id, "post/text", text),
                add("creator:ann", "creator/posts", posts)));
        if (posts > 1) {
            facts.add(drop("creator:ann", "creator/posts", posts - 1));
        }
        return facts;
    }

    private static List<Fact> commented(String id, String post, String author, String text, long comments) {
        List<Fact> facts = new ArrayList<>(List.of(
                add("comment:" + id, "comment/id", id),
                add("comment:" + id, "comment/post", "post:" + post),
                add("comment:" + id, "comment/author", author),
                add("comment:" + id, "comment/text", text),
                add("post:" + post, "post/comments", comments)));
        if (comments > 1) {
            facts.add(drop("post:" + post, "post/comments", comments - 1));
        }
        return facts;
    }

    private static List<Fact> unliked(String actor, long before) {
        return List.of(
                drop("post:p1", "post/liked-by", actor),
                drop("post:p1", "post/likes", before),
                add("post:p1", "post/likes", before - 1));
    }

    private static Fact add(String about, String attribute, Object value) {
        return new Fact(about, attribute, value, true);
    }

    private static Fact drop(String about, String attribute, Object value) {
        return new Fact(about, attribute, value, false);
    }
}
