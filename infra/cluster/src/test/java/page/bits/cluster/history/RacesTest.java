package page.bits.cluster.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import page.bits.cluster.history.Ask.CommentOnPost;
import page.bits.cluster.history.Ask.DeletePost;
import page.bits.cluster.history.Ask.EditPost;
import page.bits.cluster.history.Ask.LikePost;
import page.bits.cluster.history.Ask.PublishPost;
import page.bits.cluster.history.Ask.RegisterCreator;
import page.bits.cluster.history.Ask.Target;
import page.bits.cluster.history.Ask.UnlikePost;
import page.bits.cluster.hosted.Hosted;
import page.bits.cluster.hosted.HostedExtension;

/**
 * Two requests at the same moment, or one right after the other, one at each action node, and what they may not come to. What each of them was told
 * is compared with the log as well, whoever won.
 */
@ExtendWith(HostedExtension.class)
class RacesTest {

    private static final int ROUNDS = 100;
    private static final int CROWD = 20;

    private final Hosted hosted;
    private final Sender sender;
    private final ExecutorService runners = Executors.newFixedThreadPool(2);
    private final CyclicBarrier start = new CyclicBarrier(2);
    private final List<Asked> all = new ArrayList<>();
    private Guest ann;
    private Guest bob;
    private String page;
    private long from;
    private int requests;

    RacesTest(Hosted hosted) {
        this.hosted = hosted;
        this.sender = new Sender(this::address);
    }

    @BeforeEach
    void aPageOfAnn() throws Exception {
        ann = Guest.of(address("action-1"), "ann");
        bob = Guest.of(address("action-2"), "bob");
        page = "r" + Long.toString(System.nanoTime(), 36);
        from = done(ann, new RegisterCreator(page, "Ann")).t();
    }

    @AfterEach
    void whatWasToldIsWhatHappened() throws Exception {
        runners.shutdown();
        History.Verdict verdict =
                History.check(all, StoredLog.read(hosted.cluster().datomicUri(), from));
        System.out.println("races: " + verdict);
        assertEquals(Set.of(), verdict.broken());
    }

    @Test
    void aHandleIsRegisteredOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Ask register = new RegisterCreator(page + "-" + round, "Someone");
            assertStatuses(race(round, ann, asked(ann, register), bob, asked(bob, register)), 200, 409);
        }
    }

    @Test
    void anActorLikesAPostOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Ask like = new LikePost(post(round));
            List<Attempt> both = race(round, bob, asked(bob, like), bob, asked(bob, like));
            assertStatuses(both, 200, 200);
            both.forEach(attempt -> assertEquals("1", attempt.results().get(0).get("likes"), attempt::toString));
        }
    }

    @Test
    void twoActorsCountAsTwo() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Ask like = new LikePost(post(round));
            List<Attempt> both = race(round, ann, asked(ann, like), bob, asked(bob, like));
            assertStatuses(both, 200, 200);
            assertEquals(
                    List.of("1", "2"),
                    both.stream()
                            .map(attempt -> attempt.results().get(0).get("likes"))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void everyoneInACrowdIsToldHowManyLikedBeforeThem() throws Exception {
        List<Guest> crowd = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            crowd.add(Guest.of(address(node(i)), "one of many"));
        }
        for (int round = 0; round < ROUNDS / 5; round++) {
            Ask like = new LikePost(post(round));
            List<CompletableFuture<Attempt>> likes = new ArrayList<>();
            for (Guest guest : crowd) {
                likes.add(sender.sendAsync(guest, asked(guest, like), node(likes.size())));
            }
            List<Integer> told = new ArrayList<>();
            for (CompletableFuture<Attempt> each : likes) {
                Attempt attempt = each.get(1, TimeUnit.MINUTES);
                assertEquals(200, attempt.status(), attempt::toString);
                told.add(Integer.valueOf(attempt.results().get(0).get("likes")));
            }
            assertEquals(
                    IntStream.rangeClosed(1, CROWD).boxed().toList(),
                    told.stream().sorted().toList());
        }
    }

    @Test
    void twoCommentsCountAsTwo() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Target post = post(round);
            Asked one = asked(ann, new CommentOnPost(post, "from ann"));
            assertStatuses(race(round, ann, one, bob, asked(bob, new CommentOnPost(post, "from bob"))), 200, 200);
        }
    }

    @Test
    void aPostIsLikedBeforeItIsDeletedOrNotAtAll() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Target post = post(round);
            assertBeforeTheDeletion(round, asked(bob, new LikePost(post)), post);
        }
    }

    @Test
    void aPostIsCommentedOnBeforeItIsDeletedOrNotAtAll() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Target post = post(round);
            assertBeforeTheDeletion(round, asked(bob, new CommentOnPost(post, "hi")), post);
        }
    }

    @Test
    void aBatchHappensBeforeADeletionOrNotAtAll() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Target post = post(round);
            Target other = post(round);
            List<Ask> asks = List.of(new LikePost(other), new CommentOnPost(other, "hi"), new LikePost(post));
            assertBeforeTheDeletion(round, note(Asked.batch(bob.subject(), key(), asks)), post);
        }
    }

    @Test
    void ofTwoEditsOfTheSameTextOneIsStale() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Attempt published = done(ann, new PublishPost(page, "text " + round));
            Target post = Target.known(published.results().get(0).get("postId"));
            OptionalLong expectedT = OptionalLong.of(published.t());
            Asked one = asked(ann, new EditPost(post, "one", expectedT));
            assertStatuses(race(round, ann, one, ann, asked(ann, new EditPost(post, "other", expectedT))), 200, 409);
        }
    }

    @Test
    void aPostIsDeletedOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Ask delete = new DeletePost(post(round));
            assertStatuses(race(round, ann, asked(ann, delete), ann, asked(ann, delete)), 200, 404);
        }
    }

    @Test
    void aLikeAndItsOppositeAreDoneOneAfterTheOther() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Target post = post(round);
            Asked one = asked(bob, new LikePost(post));
            assertStatuses(race(round, bob, one, bob, asked(bob, new UnlikePost(post))), 200, 200);
        }
    }

    @Test
    void aKeyIsGoodForOneTransaction() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Asked publish = note(Asked.one(ann.subject(), key(), new PublishPost(page, "text " + round)));
            List<Attempt> both = race(round, ann, publish, ann, publish);
            assertStatuses(both, 200, 200);
            assertEquals(both.get(0).t(), both.get(1).t());
            assertEquals(both.get(0).results(), both.get(1).results());
            assertTrue(both.stream().anyMatch(Attempt::replayed), both::toString);
        }
    }

    @Test
    void aKeyIsGoodForOneRequest() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<String> key = key();
            Asked one = note(Asked.one(ann.subject(), key, new PublishPost(page, "one " + round)));
            Asked other = note(Asked.one(ann.subject(), key, new PublishPost(page, "other " + round)));
            assertStatuses(race(round, ann, one, ann, other), 200, 422);
        }
    }

    @Test
    void aRepeatUndoesNothingThatCameAfterIt() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Target post = post(round);
            done(bob, new LikePost(post));
            Asked unlike = note(Asked.one(bob.subject(), key(), new UnlikePost(post)));
            Attempt first = sender.send(bob, unlike, node(round));
            assertEquals(200, first.status(), first::toString);
            // First while the like comes back, and then once more when it is there.
            List<Attempt> both = race(round, bob, unlike, bob, asked(bob, new LikePost(post)));
            assertStatuses(both, 200, 200);
            Attempt last = sender.send(bob, unlike, node(round + 1));
            for (Attempt repeat : List.of(both.get(0), last)) {
                assertTrue(repeat.replayed(), repeat::toString);
                assertEquals(first.t(), repeat.t());
            }
            assertEquals(
                    Map.of("likes", "1", "postId", ((Target.Known) post).id()),
                    done(bob, new LikePost(post)).results().get(0));
        }
    }

    @Test
    void whatOneNodeHasDoneTheOtherKnowsAtOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Attempt published = sender.send(ann, asked(ann, new PublishPost(page, "text " + round)), node(round));
            Target post = Target.known(published.results().get(0).get("postId"));
            List<Ask> asks = List.of(
                    new LikePost(post),
                    new UnlikePost(post),
                    new EditPost(post, "edit " + round, OptionalLong.of(published.t())),
                    new CommentOnPost(post, "hi"),
                    new LikePost(post),
                    new DeletePost(post));
            int node = round;
            for (Ask ask : asks) {
                Attempt attempt = sender.send(ann, note(Asked.one(ann.subject(), Optional.empty(), ask)), node(++node));
                assertEquals(200, attempt.status(), attempt::toString);
            }
        }
    }

    private void assertBeforeTheDeletion(int round, Asked what, Target post) throws Exception {
        List<Attempt> both = race(round, bob, what, ann, asked(ann, new DeletePost(post)));
        Attempt other = both.get(0);
        Attempt deletion = both.get(1);
        assertEquals(200, deletion.status(), deletion::toString);
        assertTrue(
                other.status() == 404 || other.status() == 200 && other.t() < deletion.t(),
                () -> other + " and " + deletion);
    }

    private static void assertStatuses(List<Attempt> attempts, Integer... statuses) {
        assertEquals(
                List.of(statuses),
                attempts.stream().map(Attempt::status).sorted().toList(),
                attempts::toString);
    }

    /** The answers in the order of the requests; each node gets the first one every other time. */
    private List<Attempt> race(int round, Guest who, Asked one, Guest whoElse, Asked other) throws Exception {
        CompletableFuture<Attempt> first = released(who, one, node(round));
        CompletableFuture<Attempt> second = released(whoElse, other, node(round + 1));
        return List.of(first.get(1, TimeUnit.MINUTES), second.get(1, TimeUnit.MINUTES));
    }

    private CompletableFuture<Attempt> released(Guest guest, Asked asked, String node) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        start.await();
                    } catch (Exception e) {
                        throw new IllegalStateException("the other one never came", e);
                    }
                    return sender.send(guest, asked, node);
                },
                runners);
    }

    /** A new post of Ann's. */
    private Target post(int round) {
        Attempt published = done(ann, new PublishPost(page, "text " + round));
        return Target.known(published.results().get(0).get("postId"));
    }

    private Attempt done(Guest guest, Ask ask) {
        Attempt attempt = sender.send(guest, asked(guest, ask), node(requests));
        assertEquals(200, attempt.status(), attempt::toString);
        return attempt;
    }

    /** With a key every other time. */
    private Asked asked(Guest guest, Ask ask) {
        Optional<String> key = key();
        return note(Asked.one(guest.subject(), requests % 2 == 0 ? key : Optional.empty(), ask));
    }

    private Asked note(Asked asked) {
        all.add(asked);
        return asked;
    }

    private Optional<String> key() {
        return Optional.of(page + "-" + ++requests);
    }

    private static String node(int round) {
        return Hosted.ACTIONS.get(round % Hosted.ACTIONS.size());
    }

    private URI address(String node) {
        return URI.create("http://127.0.0.1:" + hosted.cluster().port(node));
    }
}
