package page.bits.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ends a request with a {@link Problem}, and headers beside it where the status calls for some. Carries no stack trace: it
 * tells of the request, not of our code.
 */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Problem problem;
    private final transient Map<String, String> headers;

    private ProblemException(Problem problem, Map<String, String> headers) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.headers = Map.copyOf(headers);
    }

    public static ProblemException of(ProblemType type, String detail) {
        return new ProblemException(Problem.of(type, detail, List.of()), Map.of());
    }

    /** {@link ProblemType#INVALID}, with the fields at fault. */
    public static ProblemException invalid(List<Violation> violations) {
        return new ProblemException(Problem.of(ProblemType.INVALID, summary(violations), violations), Map.of());
    }

    /** {@link ProblemType#INVALID} for one field. */
    public static ProblemException invalid(String field, String message) {
        return invalid(List.of(new Violation(field, message)));
    }

    /** One that passes by itself: the reply tells when to try again, in whole seconds and at least one. */
    public static ProblemException retryLater(ProblemType type, String detail, Duration retryAfter) {
        return of(type, detail).withHeader("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }

    /** The same problem with one more response header. */
    public ProblemException withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ProblemException(problem, more);
    }

    /** The same problem, of one part of the request: its detail and its violations name it. */
    public ProblemException within(String part) {
        List<Violation> violations = problem.violations().stream()
                .map(each -> new Violation(each.field().isEmpty() ? part : part + "." + each.field(), each.message()))
                .toList();
        return new ProblemException(
                new Problem(
                        problem.type(), problem.title(), problem.status(), part + ": " + problem.detail(), violations),
                headers);
    }

    public Problem problem() {
        return problem;
    }

    /** What the response bears beside the document. */
    public Map<String, String> headers() {
        return headers;
    }

    private static String summary(List<Violation> violations) {
        if (violations.size() > 1) {
            return violations.size() + " fields are invalid";
        }
        Violation only = violations.get(0);
        return only.field().isEmpty() ? only.message() : only.field() + ": " + only.message();
    }
}
