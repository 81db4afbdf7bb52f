package page.bits.view;

import com.fasterxml.jackson.databind.util.RawValue;
import datomic.Database;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import page.bits.http.Problem;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Epoch;
import page.bits.peer.PeerUnavailableException;

/** {@code GET /views/{feature}/{key}}: a view as it is now, as JSON or as an HTML fragment. */
@Path("/views/{feature}/{key}")
@Tag(name = "Views")
public class ViewResource {

    private final Features features;
    private final DatomicPeer peer;
    private final MinT minT;
    private final Json json;

    ViewResource(Features features, DatomicPeer peer, MinT minT, Json json) {
        this.features = features;
        this.peer = peer;
        this.minT = minT;
        this.json = json;
    }

    @GET
    @Blocking
    @Operation(
            operationId = "view",
            summary = "A view of the database",
            description =
                    "By the Accept header: JSON (also for anything else), an HTML fragment (text/html), or the live "
                            + "stream of the view (text/event-stream; with format=json or html, resumed from Last-Event-ID or from).")
    @APIResponse(
            responseCode = "200",
            description = "The view, with the basis t it is made of in Bits-T",
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
            description = "No such feature or key",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "A parameter that can't be used",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "This node has not reached min-t, or has no database yet",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Response> view(
            @Parameter(description = "The feature", example = "posts") @RestPath String feature,
            @Parameter(description = "Whose view: for posts, a handle", example = "alice") @RestPath String key,
            @Parameter(description = "Wait up to 5 s until the node has this basis: a t or an event id")
                    @RestQuery("min-t")
                    Optional<String> minT,
            @Parameter(hidden = true) @RestQuery Optional<String> before,
            @Parameter(hidden = true) @RestQuery("as-of") Optional<String> asOf,
            @Context HttpHeaders headers) {
        // To leave them aside in silence would answer another question than the one that was asked.
        before.ifPresent(ignored -> refuse("before"));
        asOf.ifPresent(ignored -> refuse("as-of"));
        Requested requested = Requested.of(headers.getRequestHeader(HttpHeaders.ACCEPT).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .toList());
        return Uni.createFrom()
                .completionStage(() -> this.minT.reached(minT))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(ignored -> respond(new ViewKey(feature, key), requested, headers))
                .onFailure(PeerUnavailableException.class)
                .transform(away -> NotYet.because(away.getMessage()));
    }

    private Response respond(ViewKey name, Requested requested, HttpHeaders headers) {
        return features.named(name.feature())
                .flatMap(feature -> respond(feature, name, requested, headers))
                .orElseThrow(() -> ProblemException.of(ProblemType.NOT_FOUND, "There is no view '" + name + "'."));
    }

    private <V> Optional<Response> respond(Feature<V> feature, ViewKey name, Requested requested, HttpHeaders headers) {
        Database db = peer.db();
        return feature.view(db, name.key()).map(view -> {
            boolean html = requested == Requested.HTML;
            String text = html ? feature.html(name.key(), view) : json.write(view);
            String tag = tag(html ? Requested.HTML : Requested.JSON, Epoch.of(db), text);
            String body = html
                    ? text
                    : json.write(
                            new ViewDocument.Snapshot(name.feature(), name.key(), db.basisT(), new RawValue(text)));
            Response.ResponseBuilder response = isKnown(tag, headers.getRequestHeader(HttpHeaders.IF_NONE_MATCH))
                    ? Response.notModified()
                    : Response.ok(body, html ? "text/html;charset=UTF-8" : "application/json");
            return response.header(HttpHeaders.ETAG, "W/" + tag)
                    .header("Bits-T", db.basisT())
                    .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                    .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                    .header("X-Content-Type-Options", "nosniff")
                    .build();
        });
    }

    /** If-None-Match compares weakly (RFC 9110, section 13.1.2): whether either tag is marked as weak does not matter. */
    private static boolean isKnown(String tag, List<String> ifNoneMatch) {
        return ifNoneMatch.stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .anyMatch(known -> known.equals("*") || known.equals(tag) || known.equals("W/" + tag));
    }

    /** The tag without its mark; weak, over the view without its t: the bytes of a JSON reply differ with every t though the view does not. */
    private static String tag(Requested format, Epoch epoch, String view) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((format + "\n" + epoch + "\n").getBytes(StandardCharsets.UTF_8));
            byte[] hash = Arrays.copyOf(digest.digest(view.getBytes(StandardCharsets.UTF_8)), 16);
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void refuse(String parameter) {
        throw ProblemException.invalid(parameter, "is not supported yet");
    }
}
