package page.bits.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedTest {

    private static final int NOBODY_LISTENS = 1;

    @TempDir
    Path temporary;

    private DataFolder folder;
    private Supervised supervised;

    /** Ends at once, as a program does whose settings are wrong. */
    static final class Failing {
        private Failing() {}

        public static void main(String[] args) {
            System.out.println("Error: nothing to be done");
            System.exit(7);
        }
    }

    @BeforeEach
    void takeFolder() throws Exception {
        folder = DataFolder.take(temporary.resolve("data"));
    }

    @AfterEach
    void stop() throws Exception {
        supervised.close();
        folder.close();
    }

    private void start(Class<?> program) {
        supervised = new Supervised(
                "program",
                "the program",
                folder,
                Supervisor.start(),
                () -> new Supervised.Start(
                        JavaProcess.named("program")
                                .mainClass(System.getProperty("java.class.path"), program.getName())
                                .jvmOptions("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        "127.0.0.1",
                        NOBODY_LISTENS),
                () -> {},
                Duration.ofMillis(1));
        supervised.start();
    }

    private JavaProcess awaitOtherThan(JavaProcess last) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> supervised
                                .process()
                                .filter(process -> process != last && process.isAlive())
                                .orElse(null),
                        process -> process != null);
    }

    @Test
    void whatEndsAgainAndAgainIsGivenUpWithItsLastWords() throws Exception {
        start(Failing.class);

        Refusal refusal = supervised.whenGivenUp().get(60, TimeUnit.SECONDS);

        assertTrue(refusal.getMessage().contains("the program ended 6 times"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("with status 7: Error: nothing to be done"), refusal.getMessage());
        assertThrows(ExecutionException.class, () -> supervised.whenReady().get(5, TimeUnit.SECONDS));
        assertTrue(Files.readString(supervised.log().orElseThrow()).lines().count() >= 6);
    }

    @Test
    void whatWasAskedToEndIsStartedAgainHoweverOften() throws Exception {
        start(JavaProcessTest.Waiting.class);
        JavaProcess process = awaitOtherThan(null);

        for (int i = 0; i < 8; i++) {
            process.stop(Duration.ofSeconds(10));
            process = awaitOtherThan(process);
        }

        assertFalse(supervised.whenGivenUp().isDone());
    }

    @Test
    void whatIsSuspendedStaysDownUntilItIsResumed() throws Exception {
        start(JavaProcessTest.Waiting.class);
        JavaProcess first = awaitOtherThan(null);

        supervised.suspend();
        first.kill();
        await().during(Duration.ofSeconds(1)).until(() -> supervised.process().orElseThrow() == first);
        supervised.resume();

        assertTrue(awaitOtherThan(first).isAlive());
    }
}
