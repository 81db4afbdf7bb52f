package page.bits.cluster.hosted;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Several threads that publish posts with a key each, at a steady pace while they are answered at once. Most repeat what was
 * not accepted with the same key, until it is; one in four never repeats anything.
 */
final class Load {

    private static final int ONE_NEVER_REPEATS_OF = 4;
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** A post and all answers that it got, in order. */
    static final class Post {
        private final String text;
        private final String key;
        private final List<Author.Answer> answers = Collections.synchronizedList(new ArrayList<>());

        Post(String text, String key) {
            this.text = text;
            this.key = key;
        }

        Post with(Author.Answer answer) {
            answers.add(answer);
            return this;
        }

        String text() {
            return text;
        }

        String key() {
            return key;
        }

        List<Author.Answer> answers() {
            synchronized (answers) {
                return List.copyOf(answers);
            }
        }

        /** Whether every answer says that it was never submitted. */
        boolean isLeft() {
            return answers().stream().allMatch(answer -> answer.status() == 503);
        }

        Optional<Author.Answer> accepted() {
            return answers().stream().filter(answer -> answer.status() == 200).findFirst();
        }

        @Override
        public String toString() {
            return text + " " + answers();
        }
    }

    private final Author author;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Post> posts = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopping;

    private Load(Author author) {
        this.author = author;
    }

    static Load start(Author author, int threads, int perSecond) {
        Load load = new Load(author);
        for (int i = 1; i <= threads; i++) {
            String name = author.handle() + "-" + i;
            boolean repeats = i % ONE_NEVER_REPEATS_OF != 0;
            Thread thread =
                    new Thread(() -> load.publish(name, TimeUnit.SECONDS.toNanos(threads) / perSecond, repeats), name);
            thread.setDaemon(true);
            thread.start();
            load.threads.add(thread);
        }
        return load;
    }

    /** Returns when every post is accepted or left. */
    List<Post> stop() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.MINUTES.toMillis(1));
            if (thread.isAlive()) {
                throw new IllegalStateException(thread.getName() + " does not get its post accepted: "
                        + posts().stream()
                                .filter(post -> post.accepted().isEmpty())
                                .toList());
            }
        }
        return posts();
    }

    List<Post> posts() {
        synchronized (posts) {
            return List.copyOf(posts);
        }
    }

    /** When a post was first accepted that was first sent after then. */
    Optional<Long> firstAcceptedAfter(long nanos) {
        return posts().stream()
                .flatMap(post -> post.accepted().stream())
                .filter(answer -> answer.askedAt() > nanos)
                .map(Author.Answer::answeredAt)
                .min(Long::compare);
    }

    /** The answers to what was asked since then. */
    Stream<Author.Answer> answersSince(long nanos) {
        return posts().stream().flatMap(post -> post.answers().stream()).filter(answer -> answer.askedAt() >= nanos);
    }

    private void publish(String name, long interval, boolean repeats) {
        long due = System.nanoTime();
        for (int number = 1; !stopping; number++) {
            Post post = new Post(name + "#" + number, name + "-key-" + number);
            posts.add(post);
            publish(post, repeats);
            due = Math.max(due + interval, System.nanoTime() - interval);
            sleep(due - System.nanoTime());
        }
    }

    private void publish(Post post, boolean repeats) {
        post.with(author.publish(post.text(), post.key()));
        while (repeats && post.accepted().isEmpty()) {
            sleep(PAUSE.toNanos());
            post.with(author.publish(post.text(), post.key()));
        }
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the load", e);
        }
    }
}
