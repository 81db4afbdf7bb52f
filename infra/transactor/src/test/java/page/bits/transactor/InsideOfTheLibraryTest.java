package page.bits.transactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is not in the peer's documented API may change with any version, so that it stays in one class. */
class InsideOfTheLibraryTest {

    private static final Path ROOT = Path.of("../..");
    private static final Pattern INSIDE = Pattern.compile(
            "clojure\\.java\\.api|datomic\\.impl\\.|clojure\\.lang\\.(RT|Var|IFn)|\"datomic\\.[\\w-]+\",");

    @Test
    void onlyOneClassOfTheWholeProjectLeansOnIt() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(ROOT)) {
            sources = files.filter(file -> file.toString().contains("/src/main/java/")
                            && file.toString().endsWith(".java"))
                    .toList();
        }
        assertTrue(sources.size() > 50, () -> "these can't be all sources: " + sources);
        List<String> leaning = sources.stream()
                .filter(InsideOfTheLibraryTest::leans)
                .map(file -> file.getFileName().toString())
                .toList();
        assertEquals(List.of("PeerLibrary.java"), leaning);
    }

    private static boolean leans(Path source) {
        try {
            return INSIDE.matcher(Files.readString(source)).find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
