package page.bits.action.session;

import datomic.Database;
import datomic.Datom;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import page.bits.action.body.Body;
import page.bits.action.body.BodyReader;
import page.bits.action.body.Fields;
import page.bits.action.body.Form;
import page.bits.action.body.JsonMediaType;
import page.bits.action.http.FormPage;
import page.bits.action.limit.Limits;
import page.bits.http.Problem;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Actor;
import page.bits.identity.ActorName;
import page.bits.identity.AuthConfig;
import page.bits.identity.Authentication;
import page.bits.identity.Session;
import page.bits.peer.Attributes;
import page.bits.peer.DatomicPeer;

/** Sessions of browsers, and tokens for guests. */
@Path("/auth")
@Tag(name = "Sessions", description = "Who acts: a JWT as a bearer, or in the cookie bits_session")
public class SessionResource {

    private static final Pattern PAGE = Pattern.compile("/@[a-z0-9-]{1,30}(/[0-9a-f-]{36})?");

    private final Authentication authentication;
    private final BodyReader bodies;
    private final Guests guests;
    private final AuthConfig config;
    private final DatomicPeer peer;
    private final DemoAccounts demo;
    private final ManagedExecutor executor;
    private final Limits limits;
    private final FormPage forms;

    SessionResource(
            Authentication authentication,
            BodyReader bodies,
            Guests guests,
            AuthConfig config,
            DatomicPeer peer,
            DemoAccounts demo,
            ManagedExecutor executor,
            Limits limits,
            FormPage forms) {
        this.authentication = authentication;
        this.bodies = bodies;
        this.guests = guests;
        this.config = config;
        this.peer = peer;
        this.demo = demo;
        this.executor = executor;
        this.limits = limits;
        this.forms = forms;
    }

    @GET
    @Path("/session")
    @Produces(MediaType.APPLICATION_JSON)
    @Blocking
    @Operation(summary = "Tell a page who it is used by", description = "A token that is not valid is none.")
    @APIResponse(
            responseCode = "200",
            description = "The session, or that there is none",
            content = @Content(schema = @Schema(implementation = SessionView.class)))
    @APIResponse(
            responseCode = "503",
            description = "The token cannot be verified at present: try again after Retry-After",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response session(@Context RoutingContext request) {
        Optional<Actor> actor = authentication.presentSession(request).map(Session::actor);
        SessionView view = new SessionView(
                actor.isPresent(),
                actor.map(Actor::id).orElse(null),
                actor.map(a -> a.name().value()).orElse(null),
                actor.map(this::creatorsOf).orElse(List.of()),
                demo.offeredTo(request),
                config.guests());
        return Response.ok(view).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }

    @POST
    @Path("/session")
    @Blocking
    @Operation(summary = "Keep a bearer token in the browser's cookie", description = "Until the token expires.")
    @APIResponse(responseCode = "204", description = "The cookie is set")
    @APIResponse(
            responseCode = "401",
            description = "No bearer token, or not a valid one",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "403",
            description = "From a page of another origin",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "431",
            description = "The token is too long for a cookie",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "The token cannot be verified at present: try again after Retry-After",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response begin(@Context RoutingContext request) {
        Session session = authentication.requireBearer(request);
        authentication.requireSameOriginForSession(request, false);
        return Response.noContent().cookie(SessionCookie.of(session, request)).build();
    }

    @DELETE
    @Path("/session")
    @NonBlocking
    @Operation(summary = "Sign out: clear the browser's cookie")
    @APIResponse(responseCode = "204", description = "The cookie is cleared")
    @APIResponse(
            responseCode = "403",
            description = "From a page of another origin",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response end(@Context RoutingContext request) {
        authentication.requireSameOriginForSession(request, false);
        return Response.noContent().cookie(SessionCookie.none(request)).build();
    }

    /**
     * A session that is valid stays as it is, and the reply tells it again without setting a cookie: a page may ask for a
     * guest whenever it needs an actor, and nobody loses the account they are signed in to.
     */
    @POST
    @Path("/guest")
    @NonBlocking
    @Operation(
            summary = "Become a guest",
            description =
                    "A new actor with a token, also in the cookie. Whoever has a valid session keeps it and is told it again.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema =
                                    @Schema(
                                            type = SchemaType.OBJECT,
                                            properties =
                                                    @SchemaProperty(
                                                            name = "name",
                                                            type = SchemaType.STRING,
                                                            minLength = 1,
                                                            maxLength = 80,
                                                            defaultValue = "Guest"))))
    @APIResponse(
            responseCode = "200",
            description = "The token",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = IssuedToken.class)))
    @APIResponse(
            responseCode = "403",
            description = "From a page of another origin",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "404",
            description = "There are no guests here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "429",
            description = "Too many new guests and actions from this address: try again after Retry-After",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "Not a name",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "The token cannot be verified at present: try again after Retry-After",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public CompletionStage<Response> guest(@Context RoutingContext request) {
        // Away from the event loop, since the token that a request may have already is verified.
        return bodies.read(request)
                .thenApplyAsync(body -> isForm(request) ? byForm(request, body) : guest(request, body), executor);
    }

    private Response guest(RoutingContext request, Body body) {
        requireGuests();
        Optional<Session> present = authentication.session(request);
        authentication.requireSameOriginForSession(request, true);
        Fields fields = fields(request, body);
        ActorName name = name(fields);
        fields.check();
        Session session = present.orElseGet(() -> issued(request, name));
        Response.ResponseBuilder told =
                Response.ok(IssuedToken.known(session, config.guestIssuer()), MediaType.APPLICATION_JSON_TYPE);
        return answer(request, told, present, session);
    }

    /** A browser without JavaScript has its token in the cookie, and goes back to the page that the form was on. */
    private Response byForm(RoutingContext request, Body body) {
        try {
            requireGuests();
            Optional<Session> present = authentication.session(request);
            // A form is a browser's, and no program's that may do without the headers.
            authentication.requireSameOriginForSession(request, false);
            Fields fields = Fields.ofForm(Form.fields(body.bytes()));
            ActorName name = name(fields);
            Optional<String> page = fields.optional("page", SessionResource::pageOfOurs);
            fields.check();
            Session session = present.orElseGet(() -> issued(request, name));
            return answer(
                    request,
                    Response.status(Response.Status.SEE_OTHER).header(HttpHeaders.LOCATION, page.orElse("/#start")),
                    present,
                    session);
        } catch (ProblemException e) {
            return forms.again(FormPage.COME_IN, body, e);
        }
    }

    private void requireGuests() {
        if (!config.guests()) {
            throw ProblemException.of(ProblemType.NOT_FOUND, "There are no guests here: bits.auth.guests is not on.");
        }
    }

    private Session issued(RoutingContext request, ActorName name) {
        limits.countAddress(request.request(), 1);
        return guests.issue(name);
    }

    private static Response answer(
            RoutingContext request, Response.ResponseBuilder response, Optional<Session> present, Session session) {
        return noStore(present.isPresent() ? response : response.cookie(SessionCookie.of(session, request)));
    }

    private static Fields fields(RoutingContext request, Body sent) {
        // Nothing has to be told: then it needs no type either.
        if (sent.bytes().length == 0) {
            return Fields.ofForm(Map.of());
        }
        JsonMediaType.require(request);
        return Fields.of(sent.bytes());
    }

    private static ActorName name(Fields fields) {
        return fields.optional("name", ActorName::new).orElse(ActorName.GUEST);
    }

    /** Nobody is sent elsewhere by what a form holds. */
    private static String pageOfOurs(String path) {
        if (!PAGE.matcher(path).matches()) {
            throw new IllegalArgumentException("must be the path of a creator's page or a post's");
        }
        return path;
    }

    private static boolean isForm(RoutingContext request) {
        return Form.isBrowsers(request.request());
    }

    private static Response noStore(Response.ResponseBuilder response) {
        return response.header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }

    private List<String> creatorsOf(Actor actor) {
        if (!peer.isReady()) {
            return List.of();
        }
        Database db = peer.db();
        Object entity = db.entid(actor.lookupRef());
        return entity == null
                ? List.of()
                : StreamSupport.stream(
                                db.datoms(Database.VAET, entity, Attributes.CREATOR_OWNER)
                                        .spliterator(),
                                false)
                        .map(Datom::e)
                        .map(creator -> (String) db.entity(creator).get(Attributes.CREATOR_HANDLE))
                        .sorted()
                        .toList();
    }
}
