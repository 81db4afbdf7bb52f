package page.bits.cluster.crash;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import page.bits.cluster.JavaProcess;

/** A transactor, active or standing by. */
final class TransactorProcess {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private static final Pattern STATE = Pattern.compile("\"state\"\\s*:\\s*\"(\\w+)\"");

    private final JavaProcess process;
    private final int httpPort;

    TransactorProcess(JavaProcess process, int httpPort) {
        this.process = process;
        this.httpPort = httpPort;
    }

    JavaProcess process() {
        return process;
    }

    void awaitActive() {
        awaitState("active");
    }

    void awaitStandby() {
        awaitState("standby");
    }

    boolean isActive() {
        return state().equals("active");
    }

    private void awaitState(String state) {
        await(process.name() + " shall become " + state)
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException(process.name() + " has ended:\n" + process.log());
                    }
                    return state().equals(state);
                });
    }

    private String state() {
        Matcher state = STATE.matcher(get("/q/health/ready"));
        return state.find() ? state.group(1) : "";
    }

    /** How many series a metric has, one for each set of its tags. */
    double series(String name) {
        return samples(name).count();
    }

    /** The value of a metric, summed over its tags. */
    double metric(String name) {
        return metric(name, "");
    }

    /** The value of a metric, summed over those of its tags that name {@code part}. */
    double metric(String name, String part) {
        return samples(name)
                .filter(line -> line.contains(part))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private Stream<String> samples(String name) {
        return get("/q/metrics").lines().filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "));
    }

    /** Empty where it does not answer. */
    private String get(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
