package page.bits.presence;

import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
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
import page.bits.http.Text;
import page.bits.peer.PeerUnavailableException;
import page.bits.presence.audience.AudienceFrames;
import page.bits.streaming.NotYet;

/** {@code GET /presence/{handle}} as JSON. */
@Path("/presence")
@Tag(name = "Presence", description = "Who is on a creator's page right now")
public class PresenceResource {

    private final Presences presences;

    PresenceResource(Presences presences) {
        this.presences = presences;
    }

    @GET
    @Path("/{handle}")
    @NonBlocking
    @Operation(
            operationId = "presence",
            summary = "Who is on a creator's page",
            description =
                    "As JSON, or with Accept: text/event-stream live. Whoever is connected to the stream is present, unless "
                            + "observe=true; anonymous=true hides a signed-in viewer's name; viewer tells apart those who are not signed "
                            + "in. It resumes from Last-Event-ID or from.")
    @APIResponse(
            responseCode = "200",
            description = "The audience, as of the basis t of the presence database in Bits-T",
            headers =
                    @Header(name = "Bits-T", description = "The basis t", schema = @Schema(type = SchemaType.INTEGER)),
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = AudienceFrames.Snapshot.class)),
                @Content(mediaType = "text/event-stream", schema = @Schema(type = SchemaType.STRING))
            })
    @APIResponse(
            responseCode = "404",
            description = "Not a handle",
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
            description =
                    "This node has no database yet, or has no room for one more stream; Retry-After tells when to "
                            + "try again",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Response> presence(@Parameter(description = "Whose page", example = "alice") @RestPath String handle) {
        Handle creator = Handle.parse(handle)
                .orElseThrow(() -> ProblemException.of(
                        ProblemType.NOT_FOUND, "'" + Text.quoted(handle) + "' is not the handle of a creator."));
        return Uni.createFrom()
                .completionStage(() -> presences.document(creator))
                .map(document -> Response.ok(document, MediaType.APPLICATION_JSON_TYPE)
                        .header("Bits-T", document.t())
                        .header(HttpHeaders.CACHE_CONTROL, "no-store")
                        .build())
                .onFailure(PeerUnavailableException.class)
                .transform(away -> NotYet.because(away.getMessage()));
    }
}
