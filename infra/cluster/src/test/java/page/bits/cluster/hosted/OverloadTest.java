package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * More actions at one node than it takes on, while the transactor stands still: whoever is too many is told so at once, and
 * nothing of theirs is ever stored.
 */
@ExtendWith(HostedExtension.class)
class OverloadTest {

    /** {@code bits.action.max-in-flight} and {@code bits.action.max-waiting}. */
    private static final int IN_FLIGHT = 1_000;

    private static final int WAITING = 1_000;
    private static final int TOO_MANY = 600;

    /** Less than {@code bits.action.max-wait}: who is told by then did not wait. */
    private static final Duration AT_ONCE = Duration.ofSeconds(4);

    /** How long peers may take to come back to a transactor that stood still for longer than they wait for it to speak. */
    private static final Duration RECOVERY = Duration.ofMinutes(2);

    private final Hosted hosted;

    OverloadTest(Hosted hosted) {
        this.hosted = hosted;
    }

    private record Sent(Load.Post post, CompletableFuture<Author.Answer> answer) {

        boolean isAnswered() {
            return answer.isDone();
        }

        int status() {
            return answer.join().status();
        }

        boolean isTooMuch() {
            return answer.join().body().contains("too many actions at once");
        }

        Duration took() {
            return Duration.ofNanos(answer.join().answeredAt() - answer.join().askedAt());
        }
    }

    @Test
    void whatIsTooMuchIsToldAtOnceAndTheRestIsDone() throws Exception {
        List<Sent> sent = overload(TOO_MANY);
        assertNotEquals(
                0, sent.stream().filter(post -> post.status() == 200).count(), "the rest goes on with the transactor");
    }

    @Test
    void whatWaitsInVainIsNeverStoredEither() throws Exception {
        List<Sent> sent = overload(IN_FLIGHT + WAITING + TOO_MANY);
        assertTrue(
                sent.stream().filter(post -> post.status() == 503).count() >= WAITING + TOO_MANY,
                "no more than those in flight were submitted");
    }

    private List<URI> node(String name) {
        return List.of(URI.create("http://127.0.0.1:" + hosted.cluster().port(name)));
    }

    /**
     * Leaves nodes that work as before.
     *
     * @param answered how many have to be answered before the transactor goes on
     * @return all that were sent, answered
     */
    private List<Sent> overload(int answered) throws Exception {
        Author author = hosted.author(node("action-1"));
        List<Author> others = new ArrayList<>();
        for (String node : Hosted.ACTIONS) {
            others.add(hosted.author(node(node)));
        }
        String active = hosted.activeTransactor();

        List<Sent> sent;
        hosted.process(active).pause();
        try {
            sent = send(author, "overload", IN_FLIGHT + WAITING + TOO_MANY);
            await(answered + " shall be answered")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> sent.stream().filter(Sent::isAnswered).count() >= answered);
            sent.stream()
                    .filter(Sent::isAnswered)
                    .forEach(post -> assertNotEquals(200, post.status(), "no transactor was there"));
        } finally {
            hosted.process(active).resume();
        }
        // At the other node too, whose peer may have taken the one that stood still for lost.
        for (Author another : others) {
            await("someone else shall get through")
                    .atMost(RECOVERY)
                    .until(() -> another.publish("another", "").status() == 200);
        }
        await("all shall be answered")
                .atMost(Duration.ofSeconds(30))
                .until(() -> sent.stream().allMatch(Sent::isAnswered));
        sent.forEach(OverloadTest::assertHonest);
        List<Sent> tooMuch = sent.stream().filter(Sent::isTooMuch).toList();
        tooMuch.forEach(OverloadTest::assertToldAtOnce);
        System.out.printf(
                "overload: of %d at once %d were too many, told within %d ms; of all %s%n",
                sent.size(),
                tooMuch.size(),
                tooMuch.stream().mapToLong(post -> post.took().toMillis()).max().orElse(0),
                sent.stream().collect(Collectors.groupingBy(Sent::status, TreeMap::new, Collectors.counting())));
        assertNotEquals(0, tooMuch.size());
        assertTrue(tooMuch.size() <= TOO_MANY, "some of them were refused needlessly");

        // As many as it takes on: with a place less for each that was not given back, some would be refused.
        List<Sent> again = send(author, "again", IN_FLIGHT + WAITING);
        again.forEach(post ->
                assertEquals(200, post.status(), () -> post.answer().join().toString()));
        List<Load.Post> posts = Stream.concat(sent.stream(), again.stream())
                .map(post -> post.post().with(post.answer().join()))
                .toList();
        assertEquals(List.of(), Ledger.violations(posts, hosted.stored(author)));
        return sent;
    }

    /** All of them at once, without waiting for an answer. */
    private static List<Sent> send(Author author, String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    String text = name + "#" + i;
                    return new Sent(new Load.Post(text, ""), author.publishAsync(text, ""));
                })
                .toList();
    }

    private static void assertToldAtOnce(Sent post) {
        Author.Answer answer = post.answer().join();
        assertEquals(503, answer.status(), answer::toString);
        assertTrue(answer.body().contains("problems/unavailable"), answer::toString);
        assertEquals("1", answer.retryAfter(), answer::toString);
        assertTrue(post.took().compareTo(AT_ONCE) < 0, () -> post.took() + " until " + answer);
    }

    private static void assertHonest(Sent post) {
        Author.Answer answer = post.answer().join();
        assertTrue(List.of(200, 503, 504).contains(answer.status()), answer::toString);
        assertFalse(answer.status() == 503 && answer.retryAfter().isEmpty(), answer::toString);
    }
}
