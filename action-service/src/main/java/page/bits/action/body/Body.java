package page.bits.action.body;

import java.util.Optional;
import page.bits.http.ProblemException;

/**
 * The body of a request, as {@link BodyReader} read it or gave up on it. What is wrong with it comes out only when it is asked
 * for its bytes, so that a resource decides what it looks at first.
 */
public final class Body {

    private final byte[] bytes;
    private final Optional<ProblemException> problem;

    private Body(byte[] bytes, Optional<ProblemException> problem) {
        this.bytes = bytes;
        this.problem = problem;
    }

    static Body whole(byte[] bytes) {
        return new Body(bytes, Optional.empty());
    }

    static Body failed(ProblemException problem) {
        return new Body(new byte[0], Optional.of(problem));
    }

    /**
     * The bytes that were sent; none where there was no body.
     *
     * @throws ProblemException 413 where they were too many, 408 where they took too long
     */
    public byte[] bytes() {
        problem.ifPresent(p -> {
            throw p;
        });
        return bytes;
    }
}
