package page.bits.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaProcessTest {

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    @TempDir
    Path folder;

    /** Tells its process id, and waits to be ended. Asked to start another one, it tells that one's id too. */
    static final class Waiting {
        private Waiting() {}

        public static void main(String[] args) throws Exception {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("asked to end")));
            System.out.println("pid " + ProcessHandle.current().pid());
            if (args.length > 0) {
                JavaProcess child = waiting("child").start();
                System.out.println("child " + child.pid());
            }
            Thread.sleep(TimeUnit.MINUTES.toMillis(2));
        }
    }

    private static JavaProcess.Builder waiting(String name) {
        return JavaProcess.named(name)
                .mainClass(CLASS_PATH, Waiting.class.getName())
                .heap("32m")
                .jvmOptions("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    }

    @Test
    void aProcessIsAskedToEndAndWritesToItsFile() throws Exception {
        Path log = folder.resolve("log");
        Files.writeString(log, "from before\n");
        try (JavaProcess process = waiting("asked").logFile(log).start()) {
            await().until(() -> process.log().contains("pid " + process.pid()));

            process.stop(Duration.ofSeconds(10));

            assertFalse(process.isAlive());
            assertEquals(143, process.onExit().get(5, TimeUnit.SECONDS));
            assertTrue(process.log().startsWith("from before\n"), process.log());
            assertTrue(process.log().endsWith("asked to end\n"), process.log());
        }
    }

    @Test
    void aKilledProcessHasNoTimeToSayAnything() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (JavaProcess process = waiting("killed").onLine(lines::add).start()) {
            await().until(() -> lines.contains("pid " + process.pid()));

            process.kill();

            assertEquals(137, process.onExit().get(5, TimeUnit.SECONDS));
            assertFalse(process.log().contains("asked to end"), process.log());
        }
    }

    @Test
    void aPausedProcessDoesNotEndBeforeItGoesOn() throws Exception {
        try (JavaProcess process = waiting("paused").start()) {
            await().until(() -> process.log().contains("pid"));
            process.pause();
            ProcessHandle.of(process.pid()).orElseThrow().destroy();
            assertThrows(TimeoutException.class, () -> process.onExit().get(300, TimeUnit.MILLISECONDS));

            process.resume();

            assertEquals(143, process.onExit().get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void whatAKilledProcessHadStartedEndsAsWell() throws Exception {
        try (JavaProcess parent = waiting("parent").arguments("with a child").start()) {
            await().atMost(Duration.ofSeconds(20)).until(() -> parent.log().contains("child "));
            long pid = Long.parseLong(parent.log()
                    .lines()
                    .reduce((first, last) -> last)
                    .orElseThrow()
                    .substring("child ".length()));
            ProcessHandle child = ProcessHandle.of(pid).orElseThrow();

            parent.kill();

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !child.isAlive() || child.info().command().isEmpty());
        }
    }
}
