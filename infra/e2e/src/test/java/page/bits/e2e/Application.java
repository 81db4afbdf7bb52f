package page.bits.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The packaged standalone application, as a process of its own that ends with the test. */
final class Application extends Site {

    private final int port;
    private final Path log;
    private Process process;

    /** Starts it in memory, with demo data, on a free port, and waits until it is ready. */
    static Application start() {
        Application application = new Application();
        application.startAgain();
        return application;
    }

    private Application() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
            log = Files.createTempFile("bits-application-", ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it on the same port as before. In memory, so with a new history. */
    void startAgain() {
        Path jar = Path.of(System.getProperty("bits.application"));
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(
                    "The application is not packaged (" + jar + "): run ./bits test, or mvnw verify");
        }
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-Dquarkus.http.port=" + port,
                            "-Dbits.demo=true",
                            "-jar",
                            jar.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(START).pollInterval(Duration.ofMillis(100)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("The application ended:\n" + output());
            }
            return isReady();
        });
    }

    /** Ends it as {@code kill} does, and waits until it is gone. */
    void stop() {
        process.destroy();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private boolean isReady() {
        try {
            return get("/q/health/ready").statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** What it has printed so far. */
    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    String address() {
        return "http://localhost:" + port;
    }

    @Override
    int openStreams() {
        return openStreams(address(), "views");
    }

    @Override
    int openPresences() {
        return openStreams(address(), "presence");
    }

    @Override
    public void close() {
        stop();
        try {
            Files.delete(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
