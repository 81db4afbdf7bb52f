package page.bits.contract;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
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
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The guides do what they say: a reader who pastes one block after the other into a shell sees no error, and answers and streams
 * like those that are shown.
 */
class GuideTest {

    private static final Path ROOT =
            Path.of(System.getProperty("bits.root")).toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(sh|json|text)\\n(.*?)^```$");

    private static final String DATA = "data: ";

    private static Application application;

    @TempDir
    private static Path scratch;

    /**
     * Ends a stream after its first event, and not after some time: on a busy machine that comes late. What is written next, a
     * keepalive at the latest, has nobody to read it, which ends curl.
     */
    private static final String FIRST_EVENT = """
            first_event() {
              curl -sN --max-time 60 "$@" | sed -e '/^event: keepalive/,/^$/d' -e '/^id: /{n;q;}' || true
              return 28
            }
            """;

    private static final String SOME_TIME = "curl -sN --max-time 2 ";

    /** A command, and what is shown below it: an answer in JSON, or a stream. */
    private record Example(String command, Optional<String> answer, Optional<String> stream) {}

    /** What a command wrote, and whether all of it succeeded. */
    private record Run(boolean succeeded, String output, String errors) {}

    @BeforeAll
    static void start() {
        assumeTrue(isOnThePath("bash") && isOnThePath("curl"), "the guide asks for curl and a shell");
        application = Application.start("bits.demo=true", "bits.sse.keepalive=PT1S");
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
    Stream<DynamicContainer> theirExamplesWork() throws Exception {
        return Stream.of(guide("posting-actions.md", 15), guide("subscribing.md", 8), guide("presence.md", 2));
    }

    private static DynamicContainer guide(String name, int least) throws Exception {
        List<Example> examples =
                examples(Files.readString(ROOT.resolve("docs/guides").resolve(name)));
        assertTrue(examples.size() >= least, () -> name + " has " + examples.size() + " examples");
        List<Run> runs = run(Files.createDirectory(scratch.resolve(name)), examples);
        return DynamicContainer.dynamicContainer(
                name, IntStream.range(0, examples.size()).mapToObj(i -> test(examples.get(i), runs.get(i))));
    }

    private static DynamicTest test(Example example, Run run) {
        return DynamicTest.dynamicTest(example.command().lines().findFirst().orElseThrow(), () -> {
            assertTrue(run.succeeded(), () -> example.command() + "\nfailed with\n" + run.errors() + run.output());
            assertEquals("", run.errors(), "what it wrote to standard error");
            example.answer().ifPresent(shown -> assertSameShape("", Json.parsed(shown), Json.parsed(run.output())));
            example.stream().ifPresent(shown -> assertSameStream(shown, run.output()));
        });
    }

    private static List<Example> examples(String guide) {
        List<Example> examples = new ArrayList<>();
        Matcher block = BLOCK.matcher(guide);
        while (block.find()) {
            if (block.group(1).equals("sh")) {
                examples.add(new Example(block.group(2), Optional.empty(), Optional.empty()));
            } else {
                String command = examples.remove(examples.size() - 1).command();
                Optional<String> shown = Optional.of(block.group(2));
                examples.add(
                        block.group(1).equals("json")
                                ? new Example(command, shown, Optional.empty())
                                : new Example(command, Optional.empty(), shown));
            }
        }
        return examples;
    }

    /** Runs them in one shell, in the folder that a reader is in, against our own instance. */
    private static List<Run> run(Path folder, List<Example> examples) throws Exception {
        StringBuilder session = new StringBuilder();
        for (int i = 0; i < examples.size(); i++) {
            Path out = folder.resolve(i + ".out");
            Path err = folder.resolve(i + ".err");
            Path failed = folder.resolve(i + ".failed");
            session.append("trap ': >").append(failed).append("' ERR\n{\n");
            session.append(examples.get(i).command());
            session.append("} >").append(out).append(" 2>").append(err).append('\n');
        }
        String ours = session.toString()
                .replace("http://127.0.0.1:8080", application.address())
                .replace(SOME_TIME, "first_event ")
                .replace("./bits token alice", ROOT.resolve("bits") + " token alice --port " + application.port());
        Path script = Files.writeString(folder.resolve("session.sh"), "set -o pipefail -E\n" + FIRST_EVENT + ours);
        // Files that the guide makes are made among ours.
        Process shell = new ProcessBuilder("bash", script.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("session.out").toFile())
                .start();
        shell.getOutputStream().close();
        if (!shell.waitFor(120, TimeUnit.SECONDS)) {
            shell.destroyForcibly();
            throw new IllegalStateException("the guide's examples did not end");
        }
        assertEquals("", Files.readString(folder.resolve("session.out")));
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            runs.add(new Run(
                    !Files.exists(folder.resolve(i + ".failed")),
                    Files.readString(folder.resolve(i + ".out")),
                    Files.readString(folder.resolve(i + ".err"))));
        }
        return runs;
    }

    /** The same lines, but for the ids and for what the data of the same shape tell. */
    private static void assertSameStream(String shown, String real) {
        List<String> expected = shown.strip().lines().toList();
        List<String> actual = real.strip().lines().toList();
        assertEquals(
                expected.stream().map(GuideTest::without).toList(),
                actual.stream().map(GuideTest::without).toList(),
                real);
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i).startsWith(DATA)) {
                assertSameShape("", data(expected.get(i)), data(actual.get(i)));
            }
        }
    }

    private static String without(String line) {
        return line.replaceFirst("^" + DATA + ".*", DATA).replaceFirst("^id: [a-z0-9]{1,16}\\.\\d+$", "id: ");
    }

    private static JsonNode data(String line) {
        return Json.parsed(line.substring(DATA.length()));
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
