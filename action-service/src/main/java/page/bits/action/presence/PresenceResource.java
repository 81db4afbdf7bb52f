package page.bits.action.presence;

import io.quarkus.runtime.Startup;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.eclipse.microprofile.openapi.annotations.Operation;
import page.bits.action.body.Body;
import page.bits.action.body.BodyReader;
import page.bits.action.body.Fields;
import page.bits.action.body.JsonMediaType;
import page.bits.http.ProblemException;
import page.bits.identity.ServiceToken;

/**
 * {@code POST /actions/presence}, for presence nodes. What is wrong with a request is looked for in this order: 401 not the
 * service token, 415 not JSON by its type, 413 too large (408 too slow), 400 not JSON, 422 fields that are not as they must be,
 * 503 too many at this node, 409 another lease than the node has. The gateway does not route it, and the OpenAPI document does
 * not tell of it.
 */
@Path("/actions/presence")
@Singleton
@Startup // so that a process without a service token ends at once
public class PresenceResource {

    private final ServiceToken token;
    private final BodyReader bodies;
    private final PresenceConfig config;
    private final PresenceWriter writer;
    private final ManagedExecutor executor;

    PresenceResource(
            ServiceToken token,
            BodyReader bodies,
            PresenceConfig config,
            PresenceWriter writer,
            ManagedExecutor executor) {
        this.token = token;
        this.bodies = bodies;
        this.config = config;
        this.writer = writer;
        this.executor = executor;
    }

    @POST
    @NonBlocking
    @Operation(hidden = true)
    public CompletionStage<Response> write(@Context RoutingContext request) {
        try {
            token.require(request);
            JsonMediaType.require(request);
        } catch (ProblemException e) {
            // The body is read all the same, so that the connection is good for another request.
            return bodies.read(request).thenCompose(ignored -> CompletableFuture.failedFuture(e));
        }
        return bodies.read(request, config.maxBody().asLongValue())
                .thenComposeAsync(this::perform, executor)
                .thenApply(PresenceResource::response);
    }

    private CompletableFuture<PresenceReply> perform(Body body) {
        return writer.perform(PresenceRequest.of(Fields.of(body.bytes())));
    }

    private static Response response(PresenceReply reply) {
        return Response.ok(reply, MediaType.APPLICATION_JSON_TYPE)
                .header("Bits-T", reply.t())
                .build();
    }
}
