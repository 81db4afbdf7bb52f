package page.bits.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as the {@code bits} script starts it, with all that it starts. */
class SelfHostedTest {

    private static final Duration START_PATIENCE = Duration.ofSeconds(90);
    private static final Pattern EPOCH = Pattern.compile("epoch ([a-z0-9]+), after");
    private static final Pattern TOKEN = Pattern.compile("\"token\"\\s*:\\s*\"([^\"]+)\"");

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<JavaProcess> launchers = new ArrayList<>();
    private int port;

    @AfterEach
    void endAll() {
        launchers.forEach(JavaProcess::close);
    }

    @Test
    void whatWasAcknowledgedOutlivesAKillOfEverythingAndMovesWithABackup() throws Exception {
        Path data = folder.resolve("data");
        Path backup = folder.resolve("backup");
        JavaProcess first = run(data);
        String token = tokenOfAlice();
        assertEquals(200, publish(token, "before the kill"));

        JavaProcess second = launch("run", "--data", data.toString(), "--port", Integer.toString(freePort()));
        assertEquals(1, exitOf(second));
        assertTrue(second.log().contains("bits: another ./bits uses " + data), second.log());

        killEverythingOf(first);
        JavaProcess third = run(data);
        assertTrue(alice().contains("before the kill"));
        assertEquals(200, publish(token, "after the kill, with the same session"));
        assertEquals(epochsOf(first), epochsOf(third));

        JavaProcess writer = launch("backup", "--data", data.toString(), backup.toString());
        assertEquals(0, exitOf(writer), writer.log());
        assertEquals(200, publish(token, "after the backup"));
        List<ProcessHandle> started = descendantsOf(third);
        third.stop(Duration.ofSeconds(30));
        await().until(() -> started.stream().noneMatch(SelfHostedTest::runs));

        Path restored = folder.resolve("restored");
        JavaProcess reader = launch("restore", "--data", restored.toString(), backup.toString());
        assertEquals(0, exitOf(reader), reader.log());
        JavaProcess fourth = run(restored);
        assertTrue(alice().contains("after the kill, with the same session"));
        assertFalse(alice().contains("after the backup"));
        assertTrue(Collections.disjoint(epochsOf(third), epochsOf(fourth)), fourth::log);
    }

    @Test
    void aBackupThatWasCutOffIsRefusedBeforeAnythingIsTouched() throws Exception {
        Path whole = folder.resolve("whole");
        BackupFile.write(whole, output -> {
            output.write(new byte[1000]);
            return 1;
        });
        Path cut = folder.resolve("cut");
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 1));

        JavaProcess reader = launch("restore", "--data", folder.resolve("data").toString(), cut.toString());

        assertEquals(1, exitOf(reader));
        assertTrue(reader.log().startsWith("bits: " + cut + " is damaged or incomplete"), reader.log());
        assertFalse(Files.exists(folder.resolve("data")));
        assertEquals(1, BackupFile.check(whole).rows());
    }

    @Test
    void aDatabaseThatCannotBeReachedIsToldOfInOneLineWithoutItsPassword() throws Exception {
        JavaProcess launcher = launcher("run", "--data", folder.resolve("data").toString())
                .environment(
                        "BITS_POSTGRES_URL",
                        "jdbc:postgresql://127.0.0.1:%d/bits?password=secret".formatted(freePort()))
                .start();
        launchers.add(launcher);

        assertEquals(1, exitOf(launcher));
        assertEquals(1, launcher.log().lines().count(), launcher.log());
        assertTrue(launcher.log().startsWith("bits: there is no PostgreSQL to be had at "), launcher.log());
        assertFalse(launcher.log().contains("secret"), launcher.log());
    }

    private JavaProcess run(Path data) throws Exception {
        port = freePort();
        JavaProcess launcher = launch("run", "--data", data.toString(), "--port", Integer.toString(port));
        await().atMost(START_PATIENCE)
                .failFast(() -> assertTrue(launcher.isAlive(), launcher::log))
                .until(() -> launcher.log().contains("Bits is ready"));
        return launcher;
    }

    private JavaProcess launch(String... arguments) throws IOException {
        JavaProcess launcher = launcher(arguments).start();
        launchers.add(launcher);
        return launcher;
    }

    private static JavaProcess.Builder launcher(String... arguments) {
        return JavaProcess.named("launcher")
                .mainClass(System.getProperty("java.class.path"), SelfHosted.class.getName())
                .heap("64m")
                .jvmOptions("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dslf4j.internal.verbosity=ERROR")
                .property("bits.transactor.jar", System.getProperty("bits.transactor.jar"))
                .property("bits.standalone.jar", System.getProperty("bits.standalone.jar"))
                .environment("BITS_JAVA_OPTS", "-XX:TieredStopAtLevel=1")
                .environment("BITS_TRANSACTOR_JAVA_OPTS", "-XX:TieredStopAtLevel=1")
                .arguments(arguments);
    }

    private static int exitOf(JavaProcess process) throws Exception {
        return process.onExit().get(START_PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** The shell first, which would end the others in good order, then the launcher, which would start them again. */
    private static void killEverythingOf(JavaProcess launcher) throws InterruptedException {
        List<ProcessHandle> started = descendantsOf(launcher);
        started.stream().filter(SelfHostedTest::isShell).forEach(ProcessHandle::destroyForcibly);
        launcher.kill();
        started.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> started.stream().noneMatch(SelfHostedTest::runs));
    }

    private static boolean isShell(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("sh");
    }

    private static List<ProcessHandle> descendantsOf(JavaProcess launcher) {
        return ProcessHandle.of(launcher.pid()).orElseThrow().descendants().toList();
    }

    /** Not one that has ended and whose parent took no note yet. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    /** Of both databases, once it is connected to them. */
    private static Set<String> epochsOf(JavaProcess launcher) {
        return await().until(
                        () -> EPOCH.matcher(launcher.log())
                                .results()
                                .map((MatchResult found) -> found.group(1))
                                .collect(Collectors.toSet()),
                        epochs -> epochs.size() == 2);
    }

    private String tokenOfAlice() throws Exception {
        Matcher token = TOKEN.matcher(send(request("/auth/demo")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"handle\":\"alice\"}")))
                .body());
        assertTrue(token.find());
        return token.group(1);
    }

    private int publish(String token, String text) throws Exception {
        return send(request("/actions/publish-post")
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"creator\":\"alice\",\"text\":\"%s\"}".formatted(text))))
                .statusCode();
    }

    private String alice() throws Exception {
        return send(request("/@alice")).body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
