package page.bits.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import page.bits.http.Problem;
import page.bits.http.ProblemType;

/** Problem documents of the gateway's own. */
@Singleton
class Refusals {

    private final ObjectMapper json;
    private final GatewayConfig config;

    Refusals(ObjectMapper json, GatewayConfig config) {
        this.json = json;
        this.config = config;
    }

    /** The value of {@code Retry-After}, for those that pass by themselves. */
    Optional<String> retryAfter(ProblemType type) {
        return type == ProblemType.TOO_MANY_REQUESTS || type == ProblemType.UNAVAILABLE
                ? Optional.of(Long.toString(Math.max(1, config.retryAfter().toSeconds())))
                : Optional.empty();
    }

    Buffer document(ProblemType type, String detail) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(Problem.of(type, detail, List.of())));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
