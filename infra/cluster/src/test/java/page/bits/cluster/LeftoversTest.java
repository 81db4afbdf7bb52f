package page.bits.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {

    @TempDir
    Path folder;

    private static JavaProcess waiting() throws Exception {
        return JavaProcess.named("waiting")
                .mainClass(System.getProperty("java.class.path"), JavaProcessTest.Waiting.class.getName())
                .heap("32m")
                .start();
    }

    @Test
    void whatWasNotedAndStillRunsIsEndedOnce() throws Exception {
        Path file = folder.resolve("processes");
        try (JavaProcess left = waiting()) {
            new Leftovers(file).note(left);

            new Leftovers(file).end();

            await().until(() -> !left.isAlive());
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void aLineThatWasCutOffIsSkipped() throws Exception {
        Path file = folder.resolve("processes");
        try (JavaProcess left = waiting()) {
            new Leftovers(file).note(left);
            Files.writeString(file, "12 \n\0\0\0 x y\n%d 17".formatted(left.pid()), StandardOpenOption.APPEND);

            new Leftovers(file).end();

            await().until(() -> !left.isAlive());
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void aProcessThatGotTheNumberOfAnotherIsLeftAlone() throws Exception {
        Path file = folder.resolve("processes");
        try (JavaProcess other = waiting()) {
            Files.writeString(file, "%d %d transactor%n".formatted(other.pid(), 0));

            new Leftovers(file).end();

            assertTrue(other.isAlive());
        }
    }
}
