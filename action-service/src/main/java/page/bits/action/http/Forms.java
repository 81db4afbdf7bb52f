package page.bits.action.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.eclipse.microprofile.context.ManagedExecutor;
import page.bits.action.Action;
import page.bits.action.CommentOnPost;
import page.bits.action.DeletePost;
import page.bits.action.Handle;
import page.bits.action.body.Body;
import page.bits.action.body.Fields;
import page.bits.action.body.Form;
import page.bits.action.limit.Limits;
import page.bits.action.submission.Actions;
import page.bits.action.submission.Reply;
import page.bits.action.submission.Submission;
import page.bits.action.submission.Trace;
import page.bits.http.ProblemException;
import page.bits.identity.Actor;
import page.bits.identity.Authentication;
import page.bits.peer.DatomicPeer;

/**
 * Forms of browsers without JavaScript, which come with the cookie: what is done is answered with 303 to the page, at a t that
 * shows it, and what is not with the form again and its errors.
 */
@Singleton
class Forms {

    private final Authentication authentication;
    private final Actions actions;
    private final Limits limits;
    private final DatomicPeer peer;
    private final FormPage page;
    private final ManagedExecutor executor;

    Forms(
            Authentication authentication,
            Actions actions,
            Limits limits,
            DatomicPeer peer,
            FormPage page,
            ManagedExecutor executor) {
        this.authentication = authentication;
        this.actions = actions;
        this.limits = limits;
        this.peer = peer;
        this.page = page;
        this.executor = executor;
    }

    /**
     * Never fails but for what is our own fault.
     *
     * @param name of the action; its path may be spelled in other ways
     */
    CompletableFuture<Response> perform(
            RoutingContext request, String name, Trace trace, Body sent, Function<Fields, Action> parser) {
        return admitted(request, trace, sent, parser)
                .exceptionallyAsync(
                        failure -> {
                            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                            if (cause instanceof ProblemException problem) {
                                return page.again(name, sent, problem);
                            }
                            throw new CompletionException(cause);
                        },
                        executor);
    }

    private CompletableFuture<Response> admitted(
            RoutingContext request, Trace trace, Body sent, Function<Fields, Action> parser) {
        try {
            limits.countAddress(request.request(), 1);
        } catch (ProblemException e) {
            return CompletableFuture.failedFuture(e);
        }
        return actions.admit(() -> submit(request, trace, sent, parser));
    }

    private CompletableFuture<Response> submit(
            RoutingContext request, Trace trace, Body sent, Function<Fields, Action> parser) {
        Actor actor = authentication.require(request).actor();
        authentication.requireSameOriginForCookie(request);
        limits.countActor(actor.id(), 1);
        Action action = parser.apply(Fields.ofForm(Form.fields(sent.bytes())));
        // Before it is done: what it deletes is on no page any more.
        Optional<Handle> of = peer.isReady() ? action.page(peer.db()) : Optional.empty();
        return actions.perform(Submission.of(action, actor, trace, Optional.empty()))
                .thenApply(reply -> Response.status(Response.Status.SEE_OTHER)
                        .header("Location", location(request, action, of.or(() -> action.page(peer.db())), reply))
                        .build());
    }

    /**
     * The page, at a t that shows what was done, whichever node it is asked of; relative, as RFC 9110 lets it be. A post is on
     * two: it is the one that the form was on.
     */
    private static String location(RoutingContext request, Action action, Optional<Handle> of, Reply reply) {
        if (of.isEmpty()) {
            return "/";
        }
        String page = "/@" + of.get();
        String minT = "?min-t=" + reply.t();
        if (action instanceof CommentOnPost comment) {
            return page + "/" + comment.postId() + minT + "#comment-" + comment.id();
        }
        UUID post = action.ids().get("postId");
        if (post == null || action instanceof DeletePost) {
            return page + minT;
        }
        String posts = page + "/" + post;
        return (cameFrom(request).equals(posts) ? posts : page) + minT + "#post-" + post;
    }

    /** The path of the page that a form was on, where the browser tells: pages of ours ask it to. */
    private static String cameFrom(RoutingContext request) {
        try {
            return Optional.ofNullable(request.request().getHeader(HttpHeaders.REFERER))
                    .map(referer -> URI.create(referer).getPath())
                    .orElse("");
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
