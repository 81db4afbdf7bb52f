package page.bits.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoCantListenIsToldSoOnEitherTransport(boolean nativeTransport) throws IOException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(nativeTransport));
        try (ServerSocket other = new ServerSocket(0)) {
            CompletionException failure = assertThrows(
                    CompletionException.class,
                    () -> vertx.createHttpServer()
                            .requestHandler(request -> {})
                            .listen(other.getLocalPort())
                            .toCompletionStage()
                            .toCompletableFuture()
                            .join());
            String told = Main.told(new IllegalStateException(failure)).orElseThrow();
            assertTrue(told.startsWith("cannot listen on "), told);
            assertTrue(told.contains("Address already in use"), told);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void aSettingThatIsWrongIsTold() {
        assertEquals(Optional.of("bits.x is wrong"), Main.told(new ConfigurationException("bits.x is wrong")));
    }

    @Test
    void whatIsNobodysFaultHasNoLine() {
        assertEquals(Optional.empty(), Main.told(new IOException("the pipe is broken")));
    }
}
