package page.bits.cluster.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

/**
 * Asks for one thing after the other, at random, now of the one node and now of the other. With most keys it asks until it
 * knows what has come of it; without a key only until it was submitted.
 */
final class Client {

    private static final int REMEMBERED = 200;
    private static final int GIVE_UP_AFTER_SECONDS = 90;

    private final Guest guest;
    private final String name;
    private final Sender sender;
    private final List<String> nodes;
    private final Known known;
    private final Random random;
    private final List<Asked> all = Collections.synchronizedList(new ArrayList<>());
    private final Set<Asked> learned = new HashSet<>();
    private final List<Asked> done = new ArrayList<>();
    private volatile boolean stopping;
    private volatile long lastAcknowledgedBegan = Long.MIN_VALUE;
    private int sent;
    private int number;

    /** @param random its own, since it makes a run with the same seed ask for the same at first */
    Client(Guest guest, String name, Sender sender, List<String> nodes, Known known, Random random) {
        this.guest = guest;
        this.name = name;
        this.sender = sender;
        this.nodes = nodes;
        this.known = known;
        this.random = random;
    }

    void stop() {
        stopping = true;
    }

    List<Asked> all() {
        synchronized (all) {
            return List.copyOf(all);
        }
    }

    /** When the newest of those began that were acknowledged. */
    long lastAcknowledgedBegan() {
        return lastAcknowledgedBegan;
    }

    /** Itself, and the newest of what it has asked for. */
    @Override
    public String toString() {
        List<Asked> asked = all();
        Asked newest = asked.isEmpty() ? null : asked.get(asked.size() - 1);
        return "%s: %d requests, newest %s %s"
                .formatted(name, asked.size(), newest, newest == null ? "" : newest.attempts());
    }

    /** Goes on until it is stopped. */
    void run() {
        while (!stopping) {
            if (!done.isEmpty() && random.nextInt(10) == 0) {
                repeat(done.get(random.nextInt(done.size())));
            } else {
                perform(next());
            }
            pause(20 + random.nextInt(60));
        }
    }

    private void perform(Asked asked) {
        all.add(asked);
        if (asked.key().isPresent() && random.nextInt(12) == 0) {
            both(asked);
        } else {
            until(asked, asked.key().isPresent() && random.nextInt(6) != 0);
        }
    }

    /** Whoever has a key may ask again whenever they like; without one, it is to be done once more. */
    private void repeat(Asked before) {
        if (before.key().isPresent()) {
            until(before, true);
        } else {
            perform(
                    before.isBatch()
                            ? Asked.batch(before.actor(), Optional.empty(), before.asks())
                            : Asked.one(
                                    before.actor(),
                                    Optional.empty(),
                                    before.asks().get(0)));
        }
    }

    private void until(Asked asked, boolean known) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GIVE_UP_AFTER_SECONDS);
        Attempt attempt = send(asked);
        while ((attempt.isNeverSubmitted() && (known || !stopping) || attempt.isUnknown() && known)
                && System.nanoTime() < deadline) {
            pause(50 + random.nextInt(150));
            attempt = send(asked);
        }
        learn(asked, attempt);
    }

    /** At the same moment at all nodes. */
    private void both(Asked asked) {
        List<CompletableFuture<Attempt>> attempts =
                nodes.stream().map(node -> sender.sendAsync(guest, asked, node)).toList();
        attempts.forEach(attempt -> learn(asked, attempt.join()));
    }

    private Attempt send(Asked asked) {
        return sender.send(guest, asked, nodes.get(sent++ % nodes.size()));
    }

    private void learn(Asked asked, Attempt attempt) {
        if (!attempt.isAcknowledged()) {
            return;
        }
        lastAcknowledgedBegan = Math.max(lastAcknowledgedBegan, attempt.began());
        if (learned.add(asked)) {
            known.learn(asked, attempt);
            if (done.size() == REMEMBERED) {
                done.remove(random.nextInt(done.size()));
            }
            done.add(asked);
        }
    }

    private Asked next() {
        number++;
        Optional<String> key = random.nextInt(4) == 0 ? Optional.empty() : Optional.of(name + "-key-" + number);
        if (random.nextInt(12) == 0) {
            return Asked.batch(guest.subject(), key, batch());
        }
        return Asked.one(guest.subject(), key, one());
    }

    private Ask one() {
        int dice = random.nextInt(100);
        Optional<String> post = known.post(random);
        Optional<String> own = known.handleOf(guest.subject(), random);
        if (own.isEmpty() || dice < 3) {
            return register();
        } else if (post.isEmpty() || dice < 18) {
            return publish(own.get());
        } else if (dice < 34) {
            return edit(post.get());
        } else if (dice < 58) {
            return new LikePost(Target.known(post.get()));
        } else if (dice < 72) {
            return new UnlikePost(Target.known(post.get()));
        } else if (dice < 86) {
            return new CommentOnPost(Target.known(post.get()), text("comment"));
        } else if (dice < 90) {
            return new UpdateCreator(known.handle(random).orElseThrow(), text("name"));
        } else if (dice < 95) {
            return new DeletePost(Target.known(post.get()));
        }
        return known.comment(random)
                .<Ask>map(comment -> new DeleteComment(Target.known(comment)))
                .orElseGet(this::register);
    }

    private List<Ask> batch() {
        Optional<String> own = known.handleOf(guest.subject(), random);
        Optional<String> post = known.post(random);
        Optional<String> other = known.post(random).filter(found -> post.isPresent() && !found.equals(post.get()));
        if (own.isEmpty() || random.nextInt(8) == 0) {
            RegisterCreator register = register();
            return List.of(register, new PublishPost(register.handle(), text("post")));
        }
        List<Supplier<List<Ask>>> kinds = new ArrayList<>(List.of(
                () -> List.of(
                        publish(own.get()),
                        new LikePost(new Target.Made(0)),
                        new CommentOnPost(new Target.Made(0), text("comment"))),
                () -> List.of(new UpdateCreator(own.get(), text("name")), publish(own.get()), publish(own.get()))));
        post.ifPresent(first -> {
            kinds.add(() -> List.of(
                    new LikePost(Target.known(first)), new CommentOnPost(Target.known(first), text("comment"))));
            kinds.add(() -> List.of(
                    new CommentOnPost(Target.known(first), text("comment")),
                    new CommentOnPost(Target.known(first), text("another comment"))));
            kinds.add(() -> List.of(new LikePost(Target.known(first)), new UnlikePost(Target.known(first))));
            other.ifPresent(second -> {
                kinds.add(() -> List.of(
                        new CommentOnPost(Target.known(first), text("comment")),
                        new CommentOnPost(Target.known(first), text("another comment"))));
                kinds.add(() -> List.of(new LikePost(Target.known(first)), new UnlikePost(Target.known(second))));
                kinds.add(() -> List.of(edit(first), new LikePost(Target.known(second))));
            });
        });
        return kinds.get(random.nextInt(kinds.size())).get();
    }

    /** Few enough handles that two want the same one now and then. */
    private RegisterCreator register() {
        String prefix = name.substring(0, name.indexOf('-'));
        return new RegisterCreator(prefix + "-" + random.nextInt(60), text("name"));
    }

    private Ask publish(String handle) {
        // Now and then on the page of another, which is forbidden.
        String creator = random.nextInt(20) == 0 ? known.handle(random).orElse(handle) : handle;
        return new PublishPost(creator, text("post"));
    }

    private Ask edit(String post) {
        OptionalLong expectedT =
                switch (random.nextInt(5)) {
                    case 0, 1 -> OptionalLong.empty();
                    case 2 -> OptionalLong.of(known.textT(post) - 1);
                    default -> OptionalLong.of(known.textT(post));
                };
        return new EditPost(Target.known(post), text("edit"), expectedT);
    }

    private String text(String what) {
        return "%s %s#%d.%d".formatted(what, name, number, random.nextInt(1_000_000));
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a client", e);
        }
    }
}
