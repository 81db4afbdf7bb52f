package page.bits.action.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import page.bits.action.Action;
import page.bits.action.Bio;
import page.bits.action.DisplayName;
import page.bits.action.Handle;
import page.bits.action.ImageUrl;
import page.bits.action.PostId;
import page.bits.action.PostText;
import page.bits.action.PublishPost;
import page.bits.action.RegisterCreator;
import page.bits.identity.ActorName;

/** What {@code /demo/creators.json} tells, held to the rules of the actions that it becomes. */
record DemoData(List<Creator> creators) {

    private static final String FILE = "/demo/creators.json";

    /** How long before their first post a creator registered. */
    private static final Duration BEFORE_FIRST_POST = Duration.ofHours(1);

    record Creator(String handle, String displayName, String bio, String avatarUrl, List<Post> posts) {

        Handle validHandle() {
            return new Handle(handle);
        }

        /** The guest who owns it. */
        String subject() {
            return "demo-" + handle;
        }

        ActorName name() {
            return new ActorName(displayName);
        }
    }

    record Post(String text, String imageUrl, Duration ago) {}

    /** Something that a demo creator did, and when. */
    record Deed(Creator by, Action action, Instant at) {}

    static DemoData read(ObjectMapper json) {
        try (InputStream file = DemoData.class.getResourceAsStream(FILE)) {
            return new DemoData(List.of(json.readValue(file, Creator[].class)));
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + " can't be read", e);
        }
    }

    int posts() {
        return creators.stream().mapToInt(creator -> creator.posts().size()).sum();
    }

    /** All that the creators did, the oldest first, as a database takes it. */
    List<Deed> deeds(Instant now) {
        List<Deed> deeds = new ArrayList<>();
        for (Creator creator : creators) {
            Duration first = creator.posts().stream()
                    .map(Post::ago)
                    .max(Comparator.naturalOrder())
                    .orElse(Duration.ZERO);
            deeds.add(new Deed(creator, registration(creator), now.minus(first).minus(BEFORE_FIRST_POST)));
            creator.posts()
                    .forEach(post -> deeds.add(new Deed(creator, publication(creator, post), now.minus(post.ago()))));
        }
        deeds.sort(Comparator.comparing(Deed::at));
        return deeds;
    }

    private static Action registration(Creator creator) {
        return new RegisterCreator(
                creator.validHandle(),
                new DisplayName(creator.displayName()),
                Optional.ofNullable(creator.bio()).map(Bio::new),
                Optional.ofNullable(creator.avatarUrl()).map(ImageUrl::new));
    }

    private static Action publication(Creator creator, Post post) {
        return new PublishPost(
                PostId.random(),
                creator.validHandle(),
                new PostText(post.text()),
                Optional.ofNullable(post.imageUrl()).map(ImageUrl::new));
    }
}
