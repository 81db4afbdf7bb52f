package page.bits.action.demo;

import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import page.bits.action.Handle;
import page.bits.action.body.Body;
import page.bits.action.body.BodyReader;
import page.bits.action.body.Fields;
import page.bits.action.body.JsonMediaType;
import page.bits.action.session.IssuedToken;
import page.bits.action.session.SessionCookie;
import page.bits.http.Problem;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Authentication;
import page.bits.identity.Session;

/** {@code POST /auth/demo}: sign in as a demo creator, without a secret, on one's own machine. */
@Path("/auth/demo")
@Tag(name = "Sessions")
public class DemoResource {

    private final Demo demo;
    private final BodyReader bodies;
    private final Authentication authentication;

    DemoResource(Demo demo, BodyReader bodies, Authentication authentication) {
        this.demo = demo;
        this.bodies = bodies;
        this.authentication = authentication;
    }

    @POST
    @Produces(MediaType.APPLICATION_JSON)
    @NonBlocking
    @Operation(
            summary = "Sign in as a demo creator",
            description =
                    "Only with bits.demo, on a server bound to loopback, from this machine. Replaces the session.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema =
                                    @Schema(
                                            type = SchemaType.OBJECT,
                                            requiredProperties = "handle",
                                            properties =
                                                    @SchemaProperty(name = "handle", implementation = Handle.class))))
    @APIResponse(
            responseCode = "200",
            description = "The token, also in the cookie",
            content = @Content(schema = @Schema(implementation = IssuedToken.class)))
    @APIResponse(
            responseCode = "403",
            description = "From a page of another origin",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "404",
            description = "Not offered here, or no such demo creator",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public CompletionStage<Response> signIn(@Context RoutingContext request) {
        return bodies.read(request).thenApply(body -> signIn(request, body));
    }

    private Response signIn(RoutingContext request, Body body) {
        if (!demo.isOffered(request)) {
            throw ProblemException.of(
                    ProblemType.NOT_FOUND,
                    "There are no demo accounts here: they need bits.demo=true, and a server that listens on and is"
                            + " addressed by loopback alone.");
        }
        authentication.requireSameOriginForSession(request, true);
        JsonMediaType.require(request);
        Fields fields = Fields.of(body.bytes());
        Handle handle = fields.required("handle", Handle::new);
        fields.check();
        if (!demo.handles().contains(handle.value())) {
            throw ProblemException.of(
                    ProblemType.NOT_FOUND,
                    "There is no demo creator '" + handle + "', only: " + String.join(", ", demo.handles()) + ".");
        }
        Session session = demo.session(handle.value());
        return Response.ok(IssuedToken.of(session))
                .cookie(SessionCookie.of(session, request))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
