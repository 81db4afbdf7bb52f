package page.bits.contract;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The guide "Posting actions" does what it says: a reader who pastes one block after the other into a shell sees no error, and
 * answers like those that are shown.
 */
class GuideTest {

    private static final Path ROOT =
            Path.of(System.getProperty("bits.root")).toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(sh|json)\\n(.*?)^```$");

    private static Application application;

    @TempDir
    private static Path scratch;

    /** A command and the answer that is shown below it. */
    private record Example(String command, Optional<String> shown) {}

    /** What a command wrote, and whether all of it succeeded. */
    private record Run(boolean succeeded, String output, String errors) {}

    @BeforeAll
    static void start() {
        assumeTrue(isOnThePath("bash") && isOnThePath("curl"), "the guide asks for curl and a shell");
        application = Application.start("bits.demo=true");
    }

    @AfterAll
    static void stop() {
        if (application != null) {
            application.close();
        }
    }

    private static boolean isOnThePath(String program) {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getenv("PATH"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    @TestFactory
    Stream<DynamicTest> itsExamplesWork() throws Exception {
        List<Example> examples = examples(Files.readString(ROOT.resolve("docs/guides/posting-actions.md")));
        assertTrue(examples.size() > 10, "the guide has examples");
        List<Run> runs = run(examples);
        return IntStream.range(0, examples.size()).mapToObj(i -> {
            Example example = examples.get(i);
            Run run = runs.get(i);
            return DynamicTest.dynamicTest(example.command().lines().findFirst().orElseThrow(), () -> {
                assertTrue(run.succeeded(), () -> example.command() + "\nfailed with\n" + run.errors() + run.output());
                assertEquals("", run.errors(), "what it wrote to standard error");
                example.shown().ifPresent(shown -> assertSameShape("", Json.parsed(shown), Json.parsed(run.output())));
            });
        });
    }

    private static List<Example> examples(String guide) {
        List<Example> examples = new ArrayList<>();
        Matcher block = BLOCK.matcher(guide);
        while (block.find()) {
            if (block.group(1).equals("sh")) {
                examples.add(new Example(block.group(2), Optional.empty()));
            } else {
                Example last = examples.remove(examples.size() - 1);
                examples.add(new Example(last.command(), Optional.of(block.group(2))));
            }
        }
        return examples;
    }

    /** Runs them in one shell, in the folder that a reader is in, against our own instance. */
    private static List<Run> run(List<Example> examples) throws Exception {
        StringBuilder session = new StringBuilder();
        for (int i = 0; i < examples.size(); i++) {
            Path out = scratch.resolve(i + ".out");
            Path err = scratch.resolve(i + ".err");
            Path failed = scratch.resolve(i + ".failed");
            session.append("trap ': >").append(failed).append("' ERR\n{\n");
            session.append(examples.get(i).command());
            session.append("} >").append(out).append(" 2>").append(err).append('\n');
        }
        String ours = session.toString()
                .replace("http://127.0.0.1:8080", application.address())
                .replace("./bits token alice", ROOT.resolve("bits") + " token alice --port " + application.port());
        Path script = Files.writeString(scratch.resolve("session.sh"), "set -o pipefail -E\n" + ours);
        // Files that the guide makes are made among ours.
        Process shell = new ProcessBuilder("bash", script.toString())
                .directory(scratch.toFile())
                .redirectErrorStream(true)
                .redirectOutput(scratch.resolve("session.out").toFile())
                .start();
        shell.getOutputStream().close();
        if (!shell.waitFor(120, TimeUnit.SECONDS)) {
            shell.destroyForcibly();
            throw new IllegalStateException("the guide's examples did not end");
        }
        assertEquals("", Files.readString(scratch.resolve("session.out")));
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            runs.add(new Run(!Files.exists(scratch.resolve(i + ".failed")), read(i + ".out"), read(i + ".err")));
        }
        return runs;
    }

    private static String read(String name) throws IOException {
        return Files.readString(scratch.resolve(name));
    }

    /** The same fields all the way down, of the same types, and of lists as many items. */
    private static void assertSameShape(String where, JsonNode shown, JsonNode real) {
        assertEquals(shown.getNodeType(), real.getNodeType(), where);
        if (shown.isObject()) {
            assertEquals(names(shown), names(real), where);
            assertAll(names(shown).stream()
                    .map(name -> () -> assertSameShape(where + "/" + name, shown.get(name), real.get(name))));
        } else if (shown.isArray()) {
            assertEquals(shown.size(), real.size(), where);
            assertAll(IntStream.range(0, shown.size())
                    .mapToObj(i -> () -> assertSameShape(where + "/" + i, shown.get(i), real.get(i))));
        }
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names.stream().sorted().toList();
    }
}
