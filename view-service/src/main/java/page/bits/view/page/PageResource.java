package page.bits.view.page;

import datomic.Database;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import page.bits.http.Problem;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.peer.DatomicPeer;
import page.bits.peer.Epoch;
import page.bits.peer.PeerUnavailableException;
import page.bits.sse.EventId;
import page.bits.view.MinT;
import page.bits.view.ViewsConfig;
import page.bits.view.posts.PostsFeature;

/** {@code /} and {@code /@{handle}}. */
@Path("/")
@Blocking
public class PageResource {

    /**
     * Nothing but our own files runs or styles the page; pictures may come from anywhere, because posts name them. What
     * users write is text and can't become more than that, and this is what holds should that ever fail.
     */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' https: http:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'; manifest-src 'self'";

    private final DatomicPeer peer;
    private final PostsFeature posts;
    private final ViewsConfig config;
    private final MinT minT;
    private final Assets assets;
    private final Template index;
    private final Template creator;
    private final Template error;

    /** What the templates need to link to scripts and styles. */
    public record Assets(String turbo, String version) {}

    PageResource(
            DatomicPeer peer,
            PostsFeature posts,
            ViewsConfig config,
            MinT minT,
            @ConfigProperty(name = "quarkus.application.version") String version,
            @Location("index.html") Template index,
            @Location("creator.html") Template creator,
            @Location("error.html") Template error) {
        this.peer = peer;
        this.posts = posts;
        this.config = config;
        this.minT = minT;
        this.assets = new Assets(config.morphModule(), version);
        this.index = index;
        this.creator = creator;
        this.error = error;
    }

    @GET
    @Operation(hidden = true)
    public Response index(@RestQuery Optional<String> from) {
        List<Creator> found = Creators.from(peer.db(), from.orElse(""), config.creatorsPerPage() + 1);
        boolean more = found.size() > config.creatorsPerPage();
        return page(
                200,
                index.data("creators", more ? found.subList(0, config.creatorsPerPage()) : found)
                        .data(
                                "next",
                                more
                                        ? Optional.of("/?from="
                                                + found.get(found.size() - 1).handle())
                                        : Optional.empty()));
    }

    /**
     * Both spellings of the at sign name the same page (RFC 3986, section 6.2.2.2), but paths are matched as they came. With
     * {@code min-t}, whoever has just done something sees it, whichever node this is.
     */
    @GET
    @Path("{at: @|%40}{handle: [^/]+}")
    @Operation(hidden = true)
    public Uni<Response> creator(@RestPath String handle, @RestQuery("min-t") Optional<String> minT) {
        return Uni.createFrom()
                .completionStage(() -> this.minT.reached(minT))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(reached -> creator(handle))
                .onFailure(ProblemException.class)
                .recoverWithItem(failure -> page(failure));
    }

    private Response creator(String handle) {
        // One database value for the whole page, whose t the stream then resumes from.
        Database db = peer.db();
        return Creators.named(db, handle)
                .flatMap(found -> posts.view(db, handle)
                        .map(view -> page(
                                200,
                                creator.data("creator", found)
                                        .data("fragment", posts.html(handle, view))
                                        .data("stream", "/views/" + posts.name() + "/" + handle + "?format=html")
                                        .data(
                                                "eventId",
                                                new EventId(Epoch.of(db).value(), db.basisT()).toString()))))
                .orElseGet(() -> page(
                        ProblemType.NOT_FOUND.status(),
                        error(ProblemType.NOT_FOUND, "Nobody here goes by @" + handle + ".")));
    }

    @ServerExceptionMapper
    Response notThere(PeerUnavailableException e) {
        return Response.fromResponse(page(
                        ProblemType.UNAVAILABLE.status(),
                        error(ProblemType.UNAVAILABLE, "The database is not there yet. Try again in a moment.")))
                .header(HttpHeaders.RETRY_AFTER, 2)
                .build();
    }

    private Response page(ProblemException e) {
        Problem problem = e.problem();
        Response page = page(
                problem.status(),
                error.data("status", problem.status())
                        .data("title", problem.title())
                        .data("detail", problem.detail()));
        Response.ResponseBuilder response = Response.fromResponse(page);
        e.headers().forEach(response::header);
        return response.build();
    }

    private TemplateInstance error(ProblemType type, String detail) {
        return error.data("status", type.status()).data("title", type.title()).data("detail", detail);
    }

    private Response page(int status, TemplateInstance template) {
        return Response.status(status)
                .entity(template.data("assets", assets).render())
                .type("text/html;charset=UTF-8")
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "same-origin")
                .build();
    }
}
