package page.bits.action.http;

import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeIn;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import page.bits.action.Action;
import page.bits.action.Batch;
import page.bits.action.CommentOnPost;
import page.bits.action.DeleteComment;
import page.bits.action.DeletePost;
import page.bits.action.EditPost;
import page.bits.action.LikePost;
import page.bits.action.PublishPost;
import page.bits.action.RegisterCreator;
import page.bits.action.UnlikePost;
import page.bits.action.UpdateCreator;
import page.bits.action.body.Body;
import page.bits.action.body.BodyReader;
import page.bits.action.body.Fields;
import page.bits.action.body.Form;
import page.bits.action.body.JsonMediaType;
import page.bits.action.limit.Limits;
import page.bits.action.submission.ActionConfig;
import page.bits.action.submission.Actions;
import page.bits.action.submission.Idempotency;
import page.bits.action.submission.Reply;
import page.bits.action.submission.Submission;
import page.bits.action.submission.Trace;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.http.Text;
import page.bits.identity.Actor;
import page.bits.identity.Authentication;

/**
 * {@code POST /actions/{name}}, and batches of them at {@code POST /actions}. What is wrong with a request is looked for in
 * this order, and the first thing found is the answer: 404 no such action, 429 too many from this address, 503 too many at
 * this node, 401 no valid token, 403 a cookie from a page of another origin, 415 not JSON by its type, 413 too large (408 too
 * slow), 429 too many of this actor, 422 an Idempotency-Key that came with another request, 400 not JSON, 422 fields that are
 * not as they must be; then, by what the database holds, 404, 403, 409 and 422. A browser's form gets the same as a page. What
 * the OpenAPI document tells of all that is in {@link ActionReference}.
 */
@Path("/actions")
@SecurityScheme(
        securitySchemeName = "bearer",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        bearerFormat = "JWT",
        description = "A token of a guest or of a provider of OpenID Connect")
@SecurityScheme(
        securitySchemeName = "cookie",
        type = SecuritySchemeType.APIKEY,
        in = SecuritySchemeIn.COOKIE,
        apiKeyName = Authentication.COOKIE,
        description = "The same token, from a page of the same origin")
@SecurityRequirement(name = "bearer")
@SecurityRequirement(name = "cookie")
@Tag(name = "Actions", description = "What anyone does: each becomes one transaction, or does not happen")
@APIResponse(
        responseCode = "200",
        description = "Done",
        headers = {
            @Header(
                    name = "Bits-T",
                    description = "The basis t of the transaction",
                    schema = @Schema(implementation = Long.class)),
            @Header(
                    name = "Idempotent-Replayed",
                    description = "true where this is the first reply to the same Idempotency-Key",
                    schema = @Schema(implementation = Boolean.class))
        },
        content =
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = ReplyDocument.class)))
public class ActionResource {

    private static final String T = "Bits-T";
    private static final String REPLAYED = "Idempotent-Replayed";

    private final Authentication authentication;
    private final BodyReader bodies;
    private final Actions actions;
    private final ActionConfig config;
    private final Limits limits;
    private final Forms forms;

    ActionResource(
            Authentication authentication,
            BodyReader bodies,
            Actions actions,
            ActionConfig config,
            Limits limits,
            Forms forms) {
        this.authentication = authentication;
        this.bodies = bodies;
        this.actions = actions;
        this.config = config;
        this.limits = limits;
        this.forms = forms;
    }

    @POST
    @Path(RegisterCreator.NAME)
    @NonBlocking
    @Operation(
            operationId = "registerCreator",
            summary = "Become a creator",
            description = "Any actor may, and owns the creator from then on.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = RegisterCreator.class)))
    public CompletionStage<Response> registerCreator(@Context RoutingContext request) {
        return one(request, RegisterCreator.NAME, RegisterCreator::of);
    }

    @POST
    @Path(UpdateCreator.NAME)
    @NonBlocking
    @Operation(
            operationId = "updateCreator",
            summary = "Change what a page tells about its creator",
            description = "The owner may. A field that is not named stays; null clears bio and avatarUrl.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = UpdateCreator.class)))
    public CompletionStage<Response> updateCreator(@Context RoutingContext request) {
        return one(request, UpdateCreator.NAME, UpdateCreator::of);
    }

    @POST
    @Path(PublishPost.NAME)
    @NonBlocking
    @Operation(
            operationId = "publishPost",
            summary = "Put a post on a creator's page",
            description = "The creator's owner may.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PublishPost.class)))
    public CompletionStage<Response> publishPost(@Context RoutingContext request) {
        return one(request, PublishPost.NAME, PublishPost::of);
    }

    @POST
    @Path(EditPost.NAME)
    @NonBlocking
    @Operation(
            operationId = "editPost",
            summary = "Change what a post says",
            description =
                    "The owner of the page may. With expectedT, only if its text was not edited after that t; likes and comments do not count.")
    @RequestBody(
            required = true,
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = EditPost.class)))
    public CompletionStage<Response> editPost(@Context RoutingContext request) {
        return one(request, EditPost.NAME, EditPost::of);
    }

    @POST
    @Path(DeletePost.NAME)
    @NonBlocking
    @Operation(
            operationId = "deletePost",
            summary = "Take a post away",
            description = "The owner of the page may. Nothing brings it back.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = DeletePost.class)))
    public CompletionStage<Response> deletePost(@Context RoutingContext request) {
        return one(request, DeletePost.NAME, DeletePost::of);
    }

    @POST
    @Path(LikePost.NAME)
    @NonBlocking
    @Operation(
            operationId = "likePost",
            summary = "Like a post",
            description = "Any actor may, once: repeating it is no error and changes nothing.")
    @RequestBody(
            required = true,
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = LikePost.class)))
    public CompletionStage<Response> likePost(@Context RoutingContext request) {
        return one(request, LikePost.NAME, LikePost::of);
    }

    @POST
    @Path(UnlikePost.NAME)
    @NonBlocking
    @Operation(
            operationId = "unlikePost",
            summary = "Take a like back",
            description = "Any actor may; where there is no like it changes nothing.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = UnlikePost.class)))
    public CompletionStage<Response> unlikePost(@Context RoutingContext request) {
        return one(request, UnlikePost.NAME, UnlikePost::of);
    }

    @POST
    @Path(CommentOnPost.NAME)
    @NonBlocking
    @Operation(operationId = "commentOnPost", summary = "Say something under a post", description = "Any actor may.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CommentOnPost.class)))
    public CompletionStage<Response> commentOnPost(@Context RoutingContext request) {
        return one(request, CommentOnPost.NAME, CommentOnPost::of);
    }

    @POST
    @Path(DeleteComment.NAME)
    @NonBlocking
    @Operation(
            operationId = "deleteComment",
            summary = "Take a comment away",
            description = "Its author may, and the owner of the page.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = DeleteComment.class)))
    public CompletionStage<Response> deleteComment(@Context RoutingContext request) {
        return one(request, DeleteComment.NAME, DeleteComment::of);
    }

    @POST
    @NonBlocking
    @Operation(
            operationId = "performBatch",
            summary = "Do several actions in one transaction",
            description = "As if one were done after another, or none of them. An error names the index of its action.")
    @APIResponse(
            responseCode = "200",
            description = "All done",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = BatchReplyDocument.class)))
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = BatchDocument.class)))
    public CompletionStage<Response> batch(@Context RoutingContext request) {
        return perform(request, fields -> Batch.of(fields, config.maxBatch()), true);
    }

    @POST
    @Path("{name}")
    @NonBlocking
    @Operation(hidden = true)
    public CompletionStage<Response> unknown(@PathParam("name") String name, @Context RoutingContext request) {
        ProblemException problem =
                ProblemException.of(ProblemType.NOT_FOUND, "There is no action '" + Text.quoted(name) + "'.");
        return refused(request, problem);
    }

    /** Reads the body all the same, so that the connection is good for another request. */
    private CompletionStage<Response> refused(RoutingContext request, ProblemException problem) {
        return bodies.read(request).thenCompose(ignored -> CompletableFuture.failedFuture(problem));
    }

    private CompletionStage<Response> one(RoutingContext request, String name, Function<Fields, Action> parser) {
        if (Form.isBrowsers(request.request())) {
            Trace trace = trace(request);
            return bodies.read(request).thenCompose(body -> forms.perform(request, name, trace, body, parser));
        }
        return perform(request, fields -> List.of(parser.apply(fields)), false);
    }

    private static Trace trace(RoutingContext request) {
        return Trace.of(request.request().headers().getAll("traceparent"));
    }

    private CompletionStage<Response> perform(
            RoutingContext request, Function<Fields, List<Action>> parser, boolean isBatch) {
        Trace trace = trace(request);
        try {
            limits.countAddress(request.request(), 1);
        } catch (ProblemException e) {
            return refused(request, e);
        }
        return bodies.read(request)
                .thenCompose(body -> actions.admit(() -> perform(request, trace, body, parser, isBatch)))
                .thenApply(ActionResource::response);
    }

    private CompletableFuture<Reply> perform(
            RoutingContext request, Trace trace, Body sent, Function<Fields, List<Action>> parser, boolean isBatch) {
        Actor actor = authentication.require(request).actor();
        authentication.requireSameOriginForCookie(request);
        JsonMediaType.require(request);
        byte[] body = sent.bytes();
        limits.countActor(actor.id(), 1);

        List<String> wrongKey = new ArrayList<>();
        Optional<Idempotency> idempotency = Idempotency.of(request, actor, body, wrongKey::add);
        // Before the body is looked at: what was done once stays done, whatever the rules are by now.
        Optional<Reply> first = idempotency.flatMap(actions::firstReply);
        if (first.isPresent()) {
            return CompletableFuture.completedFuture(first.get());
        }
        Fields fields = Fields.of(body);
        wrongKey.forEach(message -> fields.violation(Idempotency.HEADER, message));
        List<Action> wanted = parser.apply(fields);
        if (wanted.size() > 1) {
            limits.countAddress(request.request(), wanted.size() - 1);
            limits.countActor(actor.id(), wanted.size() - 1);
        }
        return actions.perform(new Submission(wanted, isBatch, actor, trace, idempotency, Optional.empty()));
    }

    private static Response response(Reply reply) {
        Response.ResponseBuilder response = Response.ok(
                        reply.isBatch() ? BatchReplyDocument.of(reply) : ReplyDocument.of(reply),
                        MediaType.APPLICATION_JSON_TYPE)
                .header(T, reply.t().value());
        if (reply.replayed()) {
            response.header(REPLAYED, true);
        }
        return response.build();
    }
}
