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
import java.util.function.Function;
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
import page.bits.view.Feature;
import page.bits.view.MinT;
import page.bits.view.Moment;
import page.bits.view.Slice;
import page.bits.view.ViewsConfig;
import page.bits.view.creator.Creator;
import page.bits.view.creator.CreatorFeature;
import page.bits.view.creator.CreatorView;
import page.bits.view.creator.Creators;
import page.bits.view.post.PostFeature;
import page.bits.view.post.PostView;
import page.bits.view.posts.PostsFeature;
import page.bits.view.posts.PostsView;

/** {@code /}, {@code /@{handle}} and {@code /@{handle}/{postId}}. */
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
    private final PostFeature post;
    private final CreatorFeature creators;
    private final ViewsConfig config;
    private final MinT minT;
    private final Assets assets;
    private final Template index;
    private final Template creatorPage;
    private final Template postPage;
    private final Template error;

    /** What the templates need to link to scripts and styles. */
    public record Assets(String turbo, String version) {}

    PageResource(
            DatomicPeer peer,
            PostsFeature posts,
            PostFeature post,
            CreatorFeature creators,
            ViewsConfig config,
            MinT minT,
            @ConfigProperty(name = "quarkus.application.version") String version,
            @Location("index.html") Template index,
            @Location("creator.html") Template creatorPage,
            @Location("post-page.html") Template postPage,
            @Location("error.html") Template error) {
        this.peer = peer;
        this.posts = posts;
        this.post = post;
        this.creators = creators;
        this.config = config;
        this.minT = minT;
        this.assets = new Assets(config.morphModule(), version);
        this.index = index;
        this.creatorPage = creatorPage;
        this.postPage = postPage;
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
    public Uni<Response> creator(
            @RestPath String handle, @RestQuery("min-t") Optional<String> minT, @RestQuery Optional<String> before) {
        return reached(minT, db -> creator(db, handle, before));
    }

    @GET
    @Path("{at: @|%40}{handle: [^/]+}/{postId: [^/]+}")
    @Operation(hidden = true)
    public Uni<Response> post(
            @RestPath String handle,
            @RestPath String postId,
            @RestQuery("min-t") Optional<String> minT,
            @RestQuery Optional<String> before) {
        return reached(minT, db -> post(db, handle, postId, before));
    }

    /** One database value for a whole page, whose t the stream then resumes from. */
    private Uni<Response> reached(Optional<String> minT, Function<Database, Response> page) {
        return Uni.createFrom()
                .completionStage(() -> this.minT.reached(minT))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(reached -> page.apply(peer.db()))
                .onFailure(ProblemException.class)
                .recoverWithItem(failure -> page(failure));
    }

    /** Live with the newest posts; with {@code before}, the posts before that one, as they are at this moment. */
    private Response creator(Database db, String handle, Optional<String> before) {
        CreatorView creator = creators.view(db, handle).orElseThrow(() -> nobody(handle));
        Slice<PostsView> shown = posts.slice(Moment.of(db), db, handle, before).orElseThrow();
        return page(
                200,
                about(db, creator, creatorPage, before)
                        .data("path", "/@" + handle)
                        .data("empty", shown.view().posts().isEmpty())
                        .data("fragment", posts.html(handle, shown.view()))
                        .data("stream", stream(posts, handle, handle)));
    }

    /** Live with the newest comments; with {@code before}, the comments before that one. */
    private Response post(Database db, String handle, String postId, Optional<String> before) {
        CreatorView creator = creators.view(db, handle).orElseThrow(() -> nobody(handle));
        Slice<PostView> shown = post.slice(Moment.of(db), db, postId, before)
                .filter(slice -> slice.view().post().creator().equals(handle))
                .orElseThrow(() -> ProblemException.of(
                        ProblemType.NOT_FOUND, "@" + handle + " has no such post. It may have been deleted."));
        String key = shown.view().post().id().toString();
        String path = "/@" + handle + "/" + key;
        return page(
                200,
                about(db, creator, postPage, before)
                        .data("path", path)
                        .data("next", shown.next().map(comment -> path + "?before=" + comment))
                        .data("post", shown.view().post())
                        .data("comments", shown.view().comments())
                        .data("fragment", post.html(key, shown.view()))
                        .data("stream", stream(post, key, handle)));
    }

    private TemplateInstance about(Database db, CreatorView creator, Template page, Optional<String> before) {
        return page.data("creator", creator.creator())
                .data("card", creators.html(creator.creator().handle(), creator))
                .data("older", before.isPresent())
                .data("eventId", new EventId(Epoch.of(db).value(), db.basisT()).toString());
    }

    /** Of what is shown and of who it is by, each state of both from one database value. */
    private String stream(Feature<?> shown, String key, String handle) {
        return "/views?" + shown.name() + "=" + key + "&" + creators.name() + "=" + handle + "&format=html";
    }

    private static ProblemException nobody(String handle) {
        return ProblemException.of(ProblemType.NOT_FOUND, "Nobody here goes by @" + handle + ".");
    }

    @ServerExceptionMapper
    Response notThere(PeerUnavailableException e) {
        return Response.fromResponse(page(
                        ProblemType.UNAVAILABLE.status(),
                        error(Problem.of(
                                ProblemType.UNAVAILABLE,
                                "The database is not there yet. Try again in a moment.",
                                List.of()))))
                .header(HttpHeaders.RETRY_AFTER, 2)
                .build();
    }

    private Response page(ProblemException e) {
        Response.ResponseBuilder response =
                Response.fromResponse(page(e.problem().status(), error(e.problem())));
        e.headers().forEach(response::header);
        return response.build();
    }

    private TemplateInstance error(Problem problem) {
        return error.data("status", problem.status())
                .data("title", problem.title())
                .data("detail", problem.detail());
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
