package page.bits.cluster.hosted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** While nothing goes wrong: whichever node an action came to, every stream of every node tells of it. */
@ExtendWith(HostedExtension.class)
class PostsReachStreamsTest {

    private static final int POSTS = 60;
    private static final int READERS = 8;

    private final Hosted hosted;

    PostsReachStreamsTest(Hosted hosted) {
        this.hosted = hosted;
    }

    @Test
    void postsThroughEitherActionNodeReachStreamsOnEveryViewNodeInOrder() throws Exception {
        Author author = hosted.author(hosted.addresses());
        Map<String, Integer> streamsBefore = new HashMap<>();
        Hosted.VIEWS.forEach(view -> streamsBefore.put(view, hosted.streams(view)));
        Map<String, Integer> actionsBefore = new HashMap<>();
        Hosted.ACTIONS.forEach(node -> actionsBefore.put(node, hosted.actions(node)));
        List<StreamReader> json = hosted.readers(READERS, hosted.addresses(), author);
        List<URI> addresses = hosted.addresses();
        List<StreamReader> html = Stream.generate(() -> StreamReader.open(addresses, author.stream() + "?format=html"))
                .limit(READERS)
                .toList();
        await().until(() -> html.stream().allMatch(reader -> reader.begun().size() == 1));
        for (String view : Hosted.VIEWS) {
            assertTrue(hosted.streams(view) >= streamsBefore.get(view) + 4, () -> "streams on " + view);
        }

        List<String> texts = new ArrayList<>();
        for (int n = 1; n <= POSTS; n++) {
            String text = author.handle() + "#" + n;
            Author.Answer answer = author.publish(text, "");
            assertEquals(200, answer.status(), answer::toString);
            texts.add(text);
        }

        for (String node : Hosted.ACTIONS) {
            assertTrue(hosted.actions(node) >= actionsBefore.get(node) + 10, () -> "actions by " + node);
        }
        hosted.assertConverged(author, json);
        List<StreamReader> all = Stream.concat(json.stream(), html.stream()).toList();
        for (StreamReader reader : all) {
            await().atMost(Duration.ofSeconds(10)).until(() -> reader.page().hasShown(texts.get(POSTS - 1)));
            assertEquals(texts, reader.page().texts());
            assertEquals(0, reader.reconnects());
        }
        Hosted.assertNoViolations(all);
        all.forEach(StreamReader::close);
    }
}
