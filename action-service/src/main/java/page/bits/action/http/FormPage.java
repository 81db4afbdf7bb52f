package page.bits.action.http;

import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import page.bits.action.CommentOnPost;
import page.bits.action.DeleteComment;
import page.bits.action.DeletePost;
import page.bits.action.EditPost;
import page.bits.action.LikePost;
import page.bits.action.PublishPost;
import page.bits.action.RegisterCreator;
import page.bits.action.UnlikePost;
import page.bits.action.UpdateCreator;
import page.bits.action.body.Body;
import page.bits.action.body.Form;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.http.Violation;
import page.bits.identity.AuthConfig;

/** What a browser without JavaScript is shown where its form could not be done: the form again, with what is wrong. */
@Singleton
public class FormPage {

    /** The form that a guest comes in by: no action's, as the others are. */
    public static final String COME_IN = "come-in";

    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final Input POST_ID = Input.hidden("postId");
    private static final Input BIO = new Input("bio", "About you", Input.Kind.AREA);
    private static final Input AVATAR = new Input("avatarUrl", "Address of your picture", Input.Kind.LINE);

    private static final Map<String, Sheet> FORMS = Map.ofEntries(
            Map.entry(
                    COME_IN,
                    new Sheet(
                            "Come in as a guest",
                            "Come in",
                            new Input("name", "Your name", Input.Kind.LINE),
                            Input.hidden("page"))),
            Map.entry(
                    RegisterCreator.NAME,
                    new Sheet(
                            "Start your own page",
                            "Make my page",
                            new Input("displayName", "Your name", Input.Kind.LINE),
                            new Input("handle", "Your address", Input.Kind.LINE),
                            BIO,
                            AVATAR)),
            Map.entry(
                    UpdateCreator.NAME,
                    new Sheet(
                            "Your page",
                            "Save",
                            Input.hidden("handle"),
                            new Input("displayName", "Your name", Input.Kind.LINE),
                            BIO,
                            AVATAR)),
            Map.entry(
                    PublishPost.NAME,
                    new Sheet(
                            "Your post",
                            "Publish",
                            Input.hidden("creator"),
                            new Input("text", "Your post", Input.Kind.AREA),
                            new Input("imageUrl", "Address of the picture", Input.Kind.LINE))),
            Map.entry(
                    EditPost.NAME,
                    new Sheet(
                            "Your post",
                            "Save",
                            POST_ID,
                            new Input("text", "Your post", Input.Kind.AREA),
                            Input.hidden("expectedT"))),
            Map.entry(DeletePost.NAME, new Sheet("Delete your post", "Delete it", POST_ID)),
            Map.entry(LikePost.NAME, new Sheet("Like this post", "Like it", POST_ID)),
            Map.entry(UnlikePost.NAME, new Sheet("Take your like back", "Take it back", POST_ID)),
            Map.entry(
                    CommentOnPost.NAME,
                    new Sheet("Your comment", "Send", POST_ID, new Input("text", "Your comment", Input.Kind.AREA))),
            Map.entry(DeleteComment.NAME, new Sheet("Delete the comment", "Delete it", Input.hidden("commentId"))));

    private final Template template;
    private final AuthConfig auth;
    private final String version;

    /** A form as it is shown. */
    record Sheet(String title, String button, List<Input> inputs) {

        Sheet(String title, String button, Input... inputs) {
            this(title, button, List.of(inputs));
        }
    }

    /** One of its fields. */
    record Input(String name, String label, Kind kind) {

        enum Kind {
            HIDDEN,
            LINE,
            AREA
        }

        static Input hidden(String name) {
            return new Input(name, "", Kind.HIDDEN);
        }
    }

    /** One of its fields, with what was sent and what is wrong with it. */
    public record Filled(
            String name, String label, boolean hidden, boolean area, String value, Optional<String> error) {}

    FormPage(
            @Location("action-form.html") Template template,
            AuthConfig auth,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.template = template;
        this.auth = auth;
        this.version = version;
    }

    /**
     * @param name of the form: its action's, or {@link #COME_IN}
     * @param sent what was filled in
     */
    public Response again(String name, Body sent, ProblemException problem) {
        return again(name, filledIn(sent), problem);
    }

    private static Map<String, String> filledIn(Body sent) {
        try {
            return Form.fields(sent.bytes());
        } catch (ProblemException e) {
            return Map.of();
        }
    }

    private Response again(String name, Map<String, String> sent, ProblemException problem) {
        Sheet form = FORMS.get(name);
        Map<String, String> errors = problem.problem().violations().stream()
                .collect(Collectors.toMap(Violation::field, Violation::message, (first, more) -> first + "; " + more));
        List<Filled> inputs =
                form.inputs().stream().map(input -> filled(input, sent, errors)).toList();
        // What is wrong with a field that is not seen, or with none, is told above them.
        boolean told = !errors.isEmpty()
                && inputs.stream()
                        .filter(input -> !input.hidden())
                        .map(Filled::name)
                        .collect(Collectors.toSet())
                        .containsAll(errors.keySet());
        String html = template.data("title", form.title())
                .data("button", form.button())
                .data("path", name.equals(COME_IN) ? "/auth/guest" : "/actions/" + name)
                .data("comeIn", auth.guests() && isUnauthorized(problem))
                .data("inputs", inputs)
                .data("error", told ? Optional.empty() : Optional.of(explanation(problem)))
                .data("version", version)
                .render();
        Response.ResponseBuilder response = Response.status(problem.problem().status())
                .entity(html)
                .type("text/html;charset=UTF-8")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "same-origin");
        problem.headers().forEach(response::header);
        return response.build();
    }

    private static boolean isUnauthorized(ProblemException problem) {
        return problem.problem().status() == ProblemType.UNAUTHORIZED.status();
    }

    /** Where programs are told of tokens, people are told what it means. */
    private static String explanation(ProblemException problem) {
        return isUnauthorized(problem)
                ? "You are not signed in, or not any more. Nothing was done."
                : problem.problem().detail();
    }

    private static Filled filled(Input input, Map<String, String> sent, Map<String, String> errors) {
        return new Filled(
                input.name(),
                input.label(),
                input.kind() == Input.Kind.HIDDEN,
                input.kind() == Input.Kind.AREA,
                sent.getOrDefault(input.name(), ""),
                Optional.ofNullable(errors.get(input.name())));
    }
}
