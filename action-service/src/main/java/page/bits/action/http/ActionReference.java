package page.bits.action.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import page.bits.action.CommentOnPost;
import page.bits.action.DeleteComment;
import page.bits.action.DeletePost;
import page.bits.action.EditPost;
import page.bits.action.LikePost;
import page.bits.action.PublishPost;
import page.bits.action.RegisterCreator;
import page.bits.action.UnlikePost;
import page.bits.action.UpdateCreator;
import page.bits.action.submission.Idempotency;
import page.bits.http.Problem;
import page.bits.http.ProblemType;
import page.bits.http.Violation;

/**
 * What the OpenAPI document tells of every action alike: its key, the problems that it may be answered with, and examples. In the place
 * of annotations, which would say the same ten times.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class ActionReference implements OASFilter {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String POST = "6f9c52c1-7f3e-4c52-9df8-5c5a0e0b8a11";
    private static final String COMMENT = "0d6f3b0e-6c2f-4c39-a4f0-3e1f8f6f2d55";

    /** By the path's end: a request's body and its result, with ' for ". */
    private static final Map<String, Example> EXAMPLES = Map.of(
            RegisterCreator.NAME,
            new Example(
                    "{'handle':'alice','displayName':'Alice','bio':'I bake.','avatarUrl':'/demo/alice.svg'}",
                    "{'handle':'alice'}"),
            UpdateCreator.NAME,
            new Example("{'handle':'alice','displayName':'Alice B.','bio':null}", "{'handle':'alice'}"),
            PublishPost.NAME,
            new Example("{'creator':'alice','text':'Good morning'}", "{'postId':'" + POST + "'}"),
            EditPost.NAME,
            new Example(
                    "{'postId':'" + POST + "','text':'Good evening','expectedT':1042}", "{'postId':'" + POST + "'}"),
            DeletePost.NAME,
            new Example("{'postId':'" + POST + "'}", "{'postId':'" + POST + "'}"),
            LikePost.NAME,
            new Example("{'postId':'" + POST + "'}", "{'postId':'" + POST + "','likes':3}"),
            UnlikePost.NAME,
            new Example("{'postId':'" + POST + "'}", "{'postId':'" + POST + "','likes':2}"),
            CommentOnPost.NAME,
            new Example("{'postId':'" + POST + "','text':'Lovely!'}", "{'commentId':'" + COMMENT + "'}"),
            DeleteComment.NAME,
            new Example("{'commentId':'" + COMMENT + "'}", "{'commentId':'" + COMMENT + "'}"));

    private static final List<Refusal> REFUSALS = List.of(
            new Refusal(ProblemType.NOT_JSON, "The body is not JSON", "The body is not JSON: it is empty"),
            new Refusal(
                    ProblemType.UNAUTHORIZED,
                    "No token, or not a valid one",
                    "This needs a token: as a bearer, or in the cookie bits_session."),
            new Refusal(
                    ProblemType.FORBIDDEN,
                    "Not yours; or sent with the cookie from a page of another origin",
                    "The creator 'alice' is not yours."),
            new Refusal(
                    ProblemType.NOT_FOUND,
                    "No such action, creator, post or comment",
                    "There is no post '" + POST + "'."),
            new Refusal(
                    ProblemType.REQUEST_TIMEOUT,
                    "The body took too long to arrive",
                    "The body did not arrive within 30000 ms."),
            new Refusal(
                    ProblemType.CONFLICT,
                    "In conflict with what is there: a handle that is taken, or a text that was edited after expectedT",
                    "The handle 'alice' is taken."),
            new Refusal(
                    ProblemType.TOO_LARGE,
                    "The body is too large",
                    "The body is larger than the 65536 bytes that are taken."),
            new Refusal(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "The Content-Type is not application/json",
                    "The Content-Type must be application/json, in UTF-8."),
            new Refusal(
                    ProblemType.INVALID,
                    "Fields are invalid: violations tells all of them. Or the Idempotency-Key came with another request",
                    "text: must not be empty"),
            new Refusal(
                    ProblemType.TOO_MANY_REQUESTS,
                    "Too many of this actor or address: try again after Retry-After",
                    "You are too fast: 20 actions a second, or 200 at once, are taken (bits.limit.actor). Nothing was submitted."),
            new Refusal(
                    ProblemType.UNAVAILABLE,
                    "Never submitted: try again after Retry-After",
                    "This node has too many actions at once. Nothing was submitted: try again."),
            new Refusal(
                    ProblemType.OUTCOME_UNKNOWN,
                    "Submitted, and its outcome is not known: repeat it with the same Idempotency-Key",
                    "It was submitted, and nobody can tell whether it happened (no answer within 10000 ms)."
                            + " Repeat it with the same Idempotency-Key to find out."));

    private record Example(String body, String result) {}

    private record Refusal(ProblemType type, String description, String detail) {

        Problem problem() {
            return Problem.of(
                    type,
                    detail,
                    type == ProblemType.INVALID ? List.of(new Violation("text", "must not be empty")) : List.of());
        }

        boolean passes() {
            return type == ProblemType.TOO_MANY_REQUESTS || type == ProblemType.UNAVAILABLE;
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getPaths().getPathItems().forEach((path, item) -> {
            if (path.startsWith("/actions") && item.getPOST() != null) {
                item.getPOST().addParameter(idempotencyKey());
                refusals(item.getPOST());
                examples(path.substring(path.lastIndexOf('/') + 1), item.getPOST());
            }
        });
        require(document, "Problem", "type", "title", "status", "detail");
        require(document, "Violation", "field", "message");
    }

    private static void require(OpenAPI document, String name, String... fields) {
        Schema schema = document.getComponents().getSchemas().get(name);
        if (schema != null) {
            schema.setRequired(List.of(fields));
        }
    }

    private static Parameter idempotencyKey() {
        return OASFactory.createParameter()
                .name(Idempotency.HEADER)
                .in(Parameter.In.HEADER)
                .description("A repeat with the same key, path and body gets the first reply")
                .schema(OASFactory.createSchema()
                        .addType(Schema.SchemaType.STRING)
                        .minLength(1)
                        .maxLength(255)
                        .pattern("^[\\x21-\\x7e]+$"));
    }

    private static void refusals(Operation operation) {
        for (Refusal refusal : REFUSALS) {
            APIResponse response = OASFactory.createAPIResponse()
                    .description(refusal.description())
                    .content(OASFactory.createContent()
                            .addMediaType(
                                    Problem.MEDIA_TYPE,
                                    OASFactory.createMediaType()
                                            .schema(OASFactory.createSchema().ref("#/components/schemas/Problem"))
                                            .example(JSON.convertValue(refusal.problem(), Object.class))));
            if (refusal.passes()) {
                response.addHeader(
                        "Retry-After",
                        OASFactory.createHeader()
                                .description("In seconds")
                                .schema(OASFactory.createSchema().addType(Schema.SchemaType.INTEGER)));
            }
            operation
                    .getResponses()
                    .addAPIResponse(Integer.toString(refusal.type().status()), response);
        }
    }

    private static void examples(String name, Operation operation) {
        MediaType body = json(operation.getRequestBody().getContent());
        MediaType reply = json(operation.getResponses().getAPIResponse("200").getContent());
        Example example = EXAMPLES.get(name);
        if (example != null) {
            body.setExample(read(example.body()));
            reply.setExample(read("{'action':'" + name + "','t':1042,'at':'2026-11-22T10:36:00.123Z','result':"
                    + example.result() + "}"));
        } else {
            body.setExample(read("{'actions':[{'name':'publish-post','body':{'creator':'alice','text':'Good morning'}},"
                    + "{'name':'like-post','body':{'postId':{'$result':[0,'postId']}}}]}"));
            reply.setExample(read("{'t':1042,'at':'2026-11-22T10:36:00.123Z','results':[{'postId':'" + POST
                    + "'},{'postId':'" + POST + "','likes':1}]}"));
        }
    }

    private static MediaType json(Content content) {
        return content.getMediaType("application/json");
    }

    private static Object read(String json) {
        try {
            return JSON.readValue(json.replace('\'', '"'), Object.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
