package page.bits.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import page.bits.contract.client.ActionsApi;
import page.bits.contract.client.ApiClient;
import page.bits.contract.client.ApiException;
import page.bits.contract.client.ApiResponse;
import page.bits.contract.client.SessionsApi;
import page.bits.contract.client.model.Batch;
import page.bits.contract.client.model.BatchEntry;
import page.bits.contract.client.model.BatchReply;
import page.bits.contract.client.model.CommentOnPost;
import page.bits.contract.client.model.DeleteComment;
import page.bits.contract.client.model.DeletePost;
import page.bits.contract.client.model.EditPost;
import page.bits.contract.client.model.GuestRequest;
import page.bits.contract.client.model.LikePost;
import page.bits.contract.client.model.Problem;
import page.bits.contract.client.model.PublishPost;
import page.bits.contract.client.model.RegisterCreator;
import page.bits.contract.client.model.Reply;
import page.bits.contract.client.model.Result;
import page.bits.contract.client.model.UnlikePost;
import page.bits.contract.client.model.UpdateCreator;
import page.bits.contract.client.model.Violation;

/** The OpenAPI document is enough to make a client of: this one was made of it by the build, and nobody has mended it. */
class ClientTest {

    private static final AtomicInteger CREATORS = new AtomicInteger();

    private static Application application;
    private static ActionsApi owner;
    private static ActionsApi reader;

    @BeforeAll
    static void start() throws ApiException {
        application = Application.start("bits.demo=false");
        owner = actions("Owner");
        reader = actions("Reader");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static ActionsApi actions(String name) throws ApiException {
        String token =
                new SessionsApi(client()).guest(new GuestRequest().name(name)).getToken();
        return new ActionsApi(
                client().setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token)));
    }

    private static ApiClient client() {
        ApiClient client = new ApiClient();
        client.updateBaseUri(application.address());
        return client;
    }

    private static String newCreator() throws ApiException {
        String handle = "creator-" + CREATORS.incrementAndGet();
        owner.registerCreator(new RegisterCreator().handle(handle).displayName("Somebody"), null);
        return handle;
    }

    private static UUID newPost() throws ApiException {
        return owner.publishPost(new PublishPost().creator(newCreator()).text("A post"), null)
                .getResult()
                .getPostId();
    }

    @Test
    void aCreatorIsRegisteredAndUpdated() throws ApiException {
        Reply registered = owner.registerCreator(
                new RegisterCreator()
                        .handle("client")
                        .displayName("Made by a client")
                        .bio("A life")
                        .avatarUrl("https://example.org/me.png"),
                null);
        assertEquals("register-creator", registered.getAction());
        assertEquals(new Result().handle("client"), registered.getResult());
        Reply updated = owner.updateCreator(
                new UpdateCreator().handle("client").displayName("Renamed").bio(null), null);
        assertEquals("update-creator", updated.getAction());
        assertEquals(new Result().handle("client"), updated.getResult());
        assertTrue(updated.getT() > registered.getT());
    }

    @Test
    void aPostIsPublishedEditedAndDeleted() throws ApiException {
        String handle = newCreator();
        Reply published = owner.publishPost(
                new PublishPost().creator(handle).text("First").imageUrl("/demo/hills.svg"), null);
        UUID post = published.getResult().getPostId();
        Reply edited = owner.editPost(new EditPost().postId(post).text("Second").expectedT(published.getT()), null);
        assertEquals(post, edited.getResult().getPostId());
        assertEquals("edit-post", edited.getAction());
        Reply deleted = owner.deletePost(new DeletePost().postId(post), null);
        assertEquals(post, deleted.getResult().getPostId());
        assertProblem(
                404,
                "not-found",
                () -> owner.editPost(new EditPost().postId(post).text("Third"), null));
    }

    @Test
    void aPostIsLikedOnceAndUnliked() throws ApiException {
        UUID post = newPost();
        Reply liked = reader.likePost(new LikePost().postId(post), null);
        assertEquals(new Result().postId(post).likes(1L), liked.getResult());
        Reply again = reader.likePost(new LikePost().postId(post), null);
        assertEquals(liked.getResult(), again.getResult());
        assertEquals(
                2L,
                owner.likePost(new LikePost().postId(post), null).getResult().getLikes());
        assertEquals(
                1L,
                reader.unlikePost(new UnlikePost().postId(post), null)
                        .getResult()
                        .getLikes());
    }

    @Test
    void aCommentIsMadeAndDeleted() throws ApiException {
        UUID comment = reader.commentOnPost(
                        new CommentOnPost().postId(newPost()).text("A comment"), null)
                .getResult()
                .getCommentId();
        Reply deleted = owner.deleteComment(new DeleteComment().commentId(comment), null);
        assertEquals(comment, deleted.getResult().getCommentId());
    }

    @Test
    void aBatchRefersToItsOwnResults() throws ApiException {
        String handle = "batch-" + CREATORS.incrementAndGet();
        Map<String, Object> ofTheFirstPost = Map.of("$result", List.of(1, "postId"));
        BatchReply reply = owner.performBatch(
                new Batch()
                        .actions(List.of(
                                entry("register-creator", Map.of("handle", handle, "displayName", "All at once")),
                                entry("publish-post", Map.of("creator", handle, "text", "A post")),
                                entry("comment-on-post", Map.of("postId", ofTheFirstPost, "text", "A comment")),
                                entry("like-post", Map.of("postId", ofTheFirstPost)))),
                null);
        List<Result> results = reply.getResults();
        assertEquals(4, results.size());
        assertEquals(handle, results.get(0).getHandle());
        assertEquals(new Result().postId(results.get(1).getPostId()).likes(1L), results.get(3));
        UUID comment = results.get(2).getCommentId();
        owner.deleteComment(new DeleteComment().commentId(comment), null);
        assertTrue(reply.getT() > 0);
    }

    private static BatchEntry entry(String name, Map<String, Object> body) {
        return new BatchEntry().name(name).body(body);
    }

    @Test
    void aRepeatWithItsKeyGetsTheFirstReply() throws ApiException {
        PublishPost post = new PublishPost().creator(newCreator()).text("Once");
        ApiResponse<Reply> first = owner.publishPostWithHttpInfo(post, "a key of a client".replace(' ', '-'));
        ApiResponse<Reply> repeat = owner.publishPostWithHttpInfo(post, "a-key-of-a-client");
        assertEquals(first.getData(), repeat.getData());
        assertEquals(List.of("true"), repeat.getHeaders().get("idempotent-replayed"));
        assertEquals(
                List.of(first.getData().getT().toString()), repeat.getHeaders().get("bits-t"));
        Reply another = owner.publishPost(post, "another-key");
        assertNotEquals(first.getData().getResult(), another.getResult());
    }

    @Test
    void whatIsNotThereIsTold() {
        Problem problem =
                assertProblem(404, "not-found", () -> reader.likePost(new LikePost().postId(UUID.randomUUID()), null));
        assertEquals("Not found", problem.getTitle());
        assertEquals(List.of(), problem.getViolations());
    }

    @Test
    void whatIsNotYoursIsTold() throws ApiException {
        UUID post = newPost();
        assertProblem(403, "forbidden", () -> reader.deletePost(new DeletePost().postId(post), null));
    }

    @Test
    void aConflictIsTold() throws ApiException {
        String handle = newCreator();
        assertProblem(
                409,
                "conflict",
                () -> reader.registerCreator(
                        new RegisterCreator().handle(handle).displayName("Me too"), null));
        Reply published = owner.publishPost(new PublishPost().creator(handle).text("First"), null);
        EditPost edit = new EditPost()
                .postId(published.getResult().getPostId())
                .text("Second")
                .expectedT(published.getT());
        owner.editPost(edit, null);
        assertProblem(409, "conflict", () -> owner.editPost(edit.text("Third"), null));
    }

    @Test
    void eachFieldThatIsInvalidIsTold() {
        Problem problem = assertProblem(
                422,
                "invalid",
                () -> owner.registerCreator(
                        new RegisterCreator().handle("No Handle").displayName(" "), null));
        assertEquals(
                List.of("displayName", "handle"),
                problem.getViolations().stream()
                        .map(Violation::getField)
                        .sorted()
                        .toList());
        assertTrue(problem.getViolations().stream()
                .noneMatch(each -> each.getMessage().isEmpty()));
    }

    @Test
    void whoHasNoTokenIsTold() {
        ActionsApi nobody = new ActionsApi(client());
        assertProblem(401, "unauthorized", () -> nobody.likePost(new LikePost().postId(UUID.randomUUID()), null));
    }

    private static Problem assertProblem(int status, String type, Executable call) {
        ApiException refused = assertThrows(ApiException.class, call);
        assertEquals(status, refused.getCode(), refused::getResponseBody);
        try {
            Problem problem = new ApiClient().getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
            assertEquals(URI.create("https://bits.page/problems/" + type), problem.getType());
            assertEquals(status, problem.getStatus());
            assertTrue(!problem.getDetail().isEmpty());
            return problem;
        } catch (JsonProcessingException e) {
            throw new AssertionError("not a problem document: " + refused.getResponseBody(), e);
        }
    }
}
