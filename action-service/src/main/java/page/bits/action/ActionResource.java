package page.bits.action;

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
import org.eclipse.microprofile.context.ManagedExecutor;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import page.bits.action.body.Body;
import page.bits.action.body.BodyReader;
import page.bits.action.body.Fields;
import page.bits.action.body.JsonMediaType;
import page.bits.action.body.Text;
import page.bits.action.identity.Actor;
import page.bits.action.identity.Authentication;
import page.bits.http.Problem;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;

/**
 * {@code POST /actions/{name}}. What is wrong with a request is looked for in this order, and the first thing found is the
 * answer: 404 no such action, 401 no valid token, 403 a cookie from a page of another origin, 415 not JSON by its type, 413
 * too large (408 too slow), 422 an Idempotency-Key that came with another request, 400 not JSON, 422 fields that are not as
 * they must be; then, by what the database holds, 404, 403 and 409.
 */
@Path("/actions")
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
@APIResponse(
        responseCode = "400",
        description = "The body is not JSON",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "401",
        description = "No token, or not a valid one",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "403",
        description = "Not yours; or sent with the cookie from a page of another origin",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "404",
        description = "No such action or creator",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "409",
        description = "In conflict with what is there, such as a handle that is taken",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "413",
        description = "The body is too large",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "415",
        description = "The Content-Type is not application/json",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "422",
        description = "Fields are invalid: violations tells all of them",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "Not submitted: try again after Retry-After",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "504",
        description = "Submitted, and its outcome is not known: repeat it with the same Idempotency-Key",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class ActionResource {

    private static final String T = "Bits-T";
    private static final String REPLAYED = "Idempotent-Replayed";

    private final Authentication authentication;
    private final BodyReader bodies;
    private final Actions actions;
    private final ManagedExecutor executor;

    ActionResource(Authentication authentication, BodyReader bodies, Actions actions, ManagedExecutor executor) {
        this.authentication = authentication;
        this.bodies = bodies;
        this.actions = actions;
        this.executor = executor;
    }

    @POST
    @Path(RegisterCreator.NAME)
    @NonBlocking
    @Operation(summary = "Become a creator", description = "Any actor may, and owns the creator from then on.")
    @Parameter(
            name = Idempotency.HEADER,
            in = ParameterIn.HEADER,
            description = "1 to 255 visible ASCII characters: a repeat with the same key gets the first reply",
            schema = @Schema(implementation = String.class))
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = RegisterCreator.class)))
    public CompletionStage<Response> registerCreator(@Context RoutingContext request) {
        return perform(request, RegisterCreator::of);
    }

    @POST
    @Path(PublishPost.NAME)
    @NonBlocking
    @Operation(summary = "Put a post on a creator's page", description = "The creator's owner may.")
    @Parameter(
            name = Idempotency.HEADER,
            in = ParameterIn.HEADER,
            description = "1 to 255 visible ASCII characters: a repeat with the same key gets the first reply",
            schema = @Schema(implementation = String.class))
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PublishPost.class)))
    public CompletionStage<Response> publishPost(@Context RoutingContext request) {
        return perform(request, PublishPost::of);
    }

    @POST
    @Path("{name}")
    @NonBlocking
    @Operation(hidden = true)
    public CompletionStage<Response> unknown(@PathParam("name") String name, @Context RoutingContext request) {
        ProblemException problem =
                ProblemException.of(ProblemType.NOT_FOUND, "There is no action '" + Text.quoted(name) + "'.");
        // Read all the same, so that the connection is good for another request.
        return bodies.read(request).thenCompose(ignored -> CompletableFuture.failedFuture(problem));
    }

    private CompletionStage<Response> perform(RoutingContext request, Function<Fields, Action> parser) {
        return bodies.read(request).thenComposeAsync(body -> perform(request, body, parser), executor);
    }

    private CompletionStage<Response> perform(RoutingContext request, Body sent, Function<Fields, Action> parser) {
        Actor actor = authentication.require(request).actor();
        authentication.requireSameOriginForCookie(request);
        JsonMediaType.require(request);
        byte[] body = sent.bytes();

        List<String> wrongKey = new ArrayList<>();
        Optional<Idempotency> idempotency = Idempotency.of(request, actor, body, wrongKey::add);
        // Before the body is looked at: what was done once stays done, whatever the rules are by now.
        Optional<Reply> first = idempotency.flatMap(actions::firstReply);
        if (first.isPresent()) {
            return CompletableFuture.completedFuture(response(first.get()));
        }
        Fields fields = Fields.of(body);
        wrongKey.forEach(message -> fields.violation(Idempotency.HEADER, message));
        Action action = parser.apply(fields);
        TraceId traceId = TraceId.of(request.request().headers().getAll("traceparent"));
        return actions.perform(new Submission(action, actor, traceId, idempotency, Optional.empty()))
                .thenApply(ActionResource::response);
    }

    private static Response response(Reply reply) {
        Response.ResponseBuilder response = Response.ok(ReplyDocument.of(reply), MediaType.APPLICATION_JSON_TYPE)
                .header(T, reply.t().value());
        if (reply.replayed()) {
            response.header(REPLAYED, true);
        }
        return response.build();
    }
}
