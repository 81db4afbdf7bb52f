package page.bits.action.http;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.eclipse.microprofile.context.ManagedExecutor;
import page.bits.action.Action;
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
                                return page.again(name, whatWasSent(sent), problem);
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
                        .header("Location", location(action, of.or(() -> action.page(peer.db())), reply))
                        .build());
    }

    /** The page, at a t that shows what was done, whichever node it is asked of; relative, as RFC 9110 lets it be. */
    private static String location(Action action, Optional<Handle> of, Reply reply) {
        if (of.isEmpty()) {
            return "/";
        }
        String post = action instanceof DeletePost || !action.ids().containsKey("postId")
                ? ""
                : "#post-" + action.ids().get("postId");
        return "/@" + of.get() + "?min-t=" + reply.t() + post;
    }

    private static Map<String, String> whatWasSent(Body sent) {
        try {
            return Form.fields(sent.bytes());
        } catch (ProblemException e) {
            return Map.of();
        }
    }
}
