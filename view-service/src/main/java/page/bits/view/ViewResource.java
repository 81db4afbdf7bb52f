package page.bits.view;

import com.fasterxml.jackson.databind.util.RawValue;
import datomic.Database;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import page.bits.http.Problem;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Epoch;
import page.bits.peer.PeerUnavailableException;
import page.bits.sse.EventId;
import page.bits.streaming.NotYet;
import page.bits.streaming.Requested;
import page.bits.view.Telling.Keeping;

/** {@code GET /views/{feature}/{key}}: a view as it is or was, as JSON or as an HTML fragment. */
@Path("/views")
@Tag(name = "Views")
public class ViewResource {

    /** A fragment is to be put into a page, whose own policy holds then; opened by itself, nothing in it does anything. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    private final Features features;
    private final DatomicPeer peer;
    private final MinT minT;
    private final Past past;
    private final Json json;

    ViewResource(Features features, DatomicPeer peer, MinT minT, Past past, Json json) {
        this.features = features;
        this.peer = peer;
        this.minT = minT;
        this.past = past;
        this.json = json;
    }

    /** {@code GET /views?{feature}={key}&…} of those who ask for no stream, which is all that there is of several views. */
    @GET
    @Operation(hidden = true)
    public void severalViews(@Context RoutingContext request) {
        throw request.queryParams().isEmpty()
                ? ProblemException.of(
                        ProblemType.NOT_FOUND,
                        "No view is named here; one is by /views/{feature}/{key}, as /views/posts/alice.")
                : ProblemException.of(
                        ProblemType.NOT_ACCEPTABLE,
                        "Several views are there as a stream only: ask for text/event-stream, or for each by itself.");
    }

    @GET
    @Path("/{feature}/{key}")
    @Blocking
    @Operation(
            operationId = "view",
            summary = "A view of the database, as it is or as it was",
            description =
                    "By the Accept header: JSON (also for anything else), an HTML fragment (text/html), or the live "
                            + "stream of the view (text/event-stream; with format=json or html, resumed from Last-Event-ID or from; "
                            + "neither before nor as-of can be used on it).")
    @APIResponse(
            responseCode = "200",
            description = "The view, with the basis t it is made of in Bits-T",
            headers = {
                @Header(name = "Bits-T", description = "The basis t", schema = @Schema(type = SchemaType.INTEGER)),
                @Header(
                        name = "ETag",
                        description = "A weak tag of the view without its t",
                        schema = @Schema(type = SchemaType.STRING)),
                @Header(
                        name = "Link",
                        description = "With rel=\"next\", where older items follow",
                        schema = @Schema(type = SchemaType.STRING)),
                @Header(
                        name = "Cache-Control",
                        description =
                                "no-cache; private, no-store for what only the page's owner sees; immutable where "
                                        + "everyone sees the past and an event id names it",
                        schema = @Schema(type = SchemaType.STRING))
            },
            content = {
                @Content(
                        mediaType = "application/json",
                        schema = @Schema(implementation = ViewDocument.Snapshot.class)),
                @Content(mediaType = "text/html", schema = @Schema(type = SchemaType.STRING)),
                @Content(mediaType = "text/event-stream", schema = @Schema(type = SchemaType.STRING))
            })
    @APIResponse(responseCode = "304", description = "The view is what If-None-Match names; Bits-T tells the newer t")
    @APIResponse(
            responseCode = "404",
            description = "No such feature or key, or not at that time, or not any more",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "410",
            description = "as-of is of another epoch",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "A parameter that can't be used",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "429",
            description = "A stream more than one address or one actor may have; Retry-After tells when to try again",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "This node has not reached min-t, has no database yet, or has no room for one more stream; "
                    + "Retry-After tells when to try again",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @Parameter(
            name = "min-t",
            in = ParameterIn.QUERY,
            description = "Wait up to 5 s until the node has this basis: a t or an event id",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "before",
            in = ParameterIn.QUERY,
            description =
                    "What comes before this post (of posts) or comment (of post), which may have been deleted since",
            schema = @Schema(type = SchemaType.STRING, format = "uuid"))
    @Parameter(
            name = "as-of",
            in = ParameterIn.QUERY,
            description = "The view as it was: an event id, a t, or an instant, which means the last transaction at or "
                    + "before it. What is deleted now is left out and what was edited reads as it does now, except to the "
                    + "page's owner, or where everyone may see the past",
            schema = @Schema(type = SchemaType.STRING),
            example = "k3f9.1042")
    public Uni<Response> view(
            @Parameter(description = "The feature: posts, creator or post", example = "posts") @RestPath String feature,
            @Parameter(description = "Whose view: a handle; for post, a post's id", example = "alice") @RestPath
                    String key,
            @Context HttpHeaders headers,
            @Context RoutingContext request) {
        Requested requested = Requested.of(headers.getRequestHeader(HttpHeaders.ACCEPT));
        Asked asked = new Asked(
                new ViewKey(feature, key),
                requested == Requested.HTML,
                query(request, "min-t"),
                query(request, "before"),
                query(request, "as-of"),
                headers.getRequestHeader(HttpHeaders.IF_NONE_MATCH));
        return Uni.createFrom()
                .completionStage(() -> minT.reached(asked.minT()))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(ignored -> respond(asked, request))
                .onFailure(PeerUnavailableException.class)
                .transform(away -> NotYet.because(away.getMessage()));
    }

    /** Not a parameter of the method: there an empty one counts as none, and what was asked for would be left aside. */
    private static Optional<String> query(RoutingContext request, String name) {
        return request.queryParam(name).stream().findFirst();
    }

    /** What a request asks for. */
    private record Asked(
            ViewKey view,
            boolean html,
            Optional<String> minT,
            Optional<String> before,
            Optional<String> asOf,
            List<String> ifNoneMatch) {}

    private Response respond(Asked asked, RoutingContext request) {
        return features.named(asked.view().feature())
                .map(feature -> respond(feature, asked, request))
                .orElseThrow(() -> NotThere.of(asked.view()));
    }

    private <V> Response respond(Feature<V> feature, Asked asked, RoutingContext request) {
        Database newest = peer.db();
        Telling telling = telling(feature, asked, newest, request);
        Slice<V> slice = slice(feature, asked, telling.at(), newest);
        String text = asked.html() ? feature.html(asked.view().key(), slice.view()) : json.write(slice.view());
        String tag = tag(asked, telling, text);
        Response.ResponseBuilder response = isKnown(tag, asked.ifNoneMatch())
                ? Response.notModified()
                : Response.ok(
                        asked.html() ? text : document(asked.view(), telling, text),
                        asked.html() ? "text/html;charset=UTF-8" : "application/json");
        if (asked.html()) {
            response.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        }
        slice.next()
                .ifPresent(item ->
                        response.header(HttpHeaders.LINK, "<" + next(asked, telling, item) + ">; rel=\"next\""));
        return response.header(HttpHeaders.ETAG, "W/" + tag)
                .header("Bits-T", telling.id().version())
                .header(HttpHeaders.CACHE_CONTROL, telling.keeping().cacheControl())
                .header(HttpHeaders.VARY, telling.keeping().vary())
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    private Telling telling(Feature<?> feature, Asked asked, Database newest, RoutingContext request) {
        return asked.asOf()
                .map(text -> past.telling(feature, asked.view().key(), AsOf.parse(text, newest), newest, request))
                .orElseGet(() -> new Telling(
                        Moment.of(newest),
                        new EventId(Epoch.of(newest).value(), newest.basisT()),
                        Keeping.WHILE_UNCHANGED));
    }

    private static <V> Slice<V> slice(Feature<V> feature, Asked asked, Moment at, Database newest) {
        String key = asked.view().key();
        if (feature instanceof Paged<V> paged) {
            return paged.slice(at, newest, key, asked.before()).orElseThrow(() -> NotThere.of(asked.view()));
        }
        V view = view(feature, at, key).orElseThrow(() -> NotThere.of(asked.view()));
        asked.before().ifPresent(item -> {
            throw ProblemException.invalid("before", feature.name() + " has no older part");
        });
        return Slice.whole(view);
    }

    private static <V> Optional<V> view(Feature<V> feature, Moment at, String key) {
        return feature instanceof Historic<V> historic ? historic.view(at, key) : feature.view(at.then(), key);
    }

    private String document(ViewKey name, Telling telling, String view) {
        return json.write(new ViewDocument.Snapshot(
                name.feature(), name.key(), telling.id().version(), new RawValue(view)));
    }

    /** The same view from an older item on: of the same time where that is an earlier one, else of what is there by then. */
    private static URI next(Asked asked, Telling telling, UUID item) {
        UriBuilder next = UriBuilder.fromPath("/views/{feature}/{key}").queryParam("before", item);
        asked.asOf().ifPresent(earlier -> next.queryParam("as-of", telling.id()));
        asked.minT().ifPresent(t -> next.queryParam("min-t", t));
        return next.build(asked.view().feature(), asked.view().key());
    }

    /** If-None-Match compares weakly (RFC 9110, section 13.1.2): whether either tag is marked as weak does not matter. */
    private static boolean isKnown(String tag, List<String> ifNoneMatch) {
        return ifNoneMatch.stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .anyMatch(known -> known.equals("*") || known.equals(tag) || known.equals("W/" + tag));
    }

    /**
     * The tag without its mark; weak, over the view without its t: the bytes of a JSON reply differ with every t though the
     * view does not. What is for the owner alone has tags of its own, so that nobody can learn from one what it is like.
     */
    private static String tag(Asked asked, Telling telling, String view) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String kind = (asked.html() ? "html" : "json") + (telling.keeping() == Keeping.NOBODY ? " owner" : "");
            digest.update((kind + "\n" + telling.id().epoch() + "\n").getBytes(StandardCharsets.UTF_8));
            byte[] hash = Arrays.copyOf(digest.digest(view.getBytes(StandardCharsets.UTF_8)), 16);
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
