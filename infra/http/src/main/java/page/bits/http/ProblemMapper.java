package page.bits.http;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every exception that leaves a resource becomes a problem document. */
class ProblemMapper {

    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    @ServerExceptionMapper
    Response problem(ProblemException e) {
        Response.ResponseBuilder response = response(e.problem());
        e.headers().forEach(response::header);
        return response.build();
    }

    /** What the framework itself answers with: an unknown path, a method or format that a resource does not have. */
    @ServerExceptionMapper
    Response framework(WebApplicationException e) {
        int status = e.getResponse().getStatus();
        Optional<ProblemType> type = Arrays.stream(ProblemType.values())
                .filter(t -> t.status() == status)
                .findFirst();
        if (status < 400 || type.isEmpty()) {
            return e.getResponse();
        }
        if (type.get() == ProblemType.INTERNAL) {
            return unexpected(e);
        }
        return response(Problem.of(type.get(), detail(type.get(), e), List.of()))
                .build();
    }

    /** The framework's own words for these speak of our code, not of the request. */
    private static String detail(ProblemType type, WebApplicationException e) {
        return switch (type) {
            case NOT_FOUND -> "There is nothing at this path.";
            case METHOD_NOT_ALLOWED -> "This path does not take this method.";
            default -> e.getMessage();
        };
    }

    @ServerExceptionMapper
    Response unexpected(Throwable e) {
        LOG.error("A request failed unexpectedly", e);
        return response(Problem.of(ProblemType.INTERNAL, "The request failed unexpectedly; it was logged.", List.of()))
                .build();
    }

    private static Response.ResponseBuilder response(Problem problem) {
        return Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
    }
}
