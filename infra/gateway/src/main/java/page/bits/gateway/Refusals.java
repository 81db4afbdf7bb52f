package page.bits.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.util.List;
import page.bits.http.Problem;
import page.bits.http.ProblemType;

/** Problem documents of the gateway's own. */
@Singleton
class Refusals {

    private final ObjectMapper json;

    Refusals(ObjectMapper json) {
        this.json = json;
    }

    Buffer document(ProblemType type, String detail) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(Problem.of(type, detail, List.of())));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
