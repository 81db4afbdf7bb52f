package page.bits.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import page.bits.http.ProblemType;

/** The pages in {@code docs/problems/} explain the problems that there are, and no others. */
class ProblemPagesTest {

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (\\d{3}) \\| \\[([a-z-]+)]\\(([a-z-]+)\\.md\\) \\| (.+) \\|$");
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```http\\n(HTTP/1\\.1 .*?)\\n\\n(\\{.*?)```");

    private static String name(ProblemType type) {
        return type.uri().getPath().replaceFirst("^/problems/", "");
    }

    private static String page(String name) throws IOException {
        return Files.readString(ProblemSchema.DOCS.resolve(name + ".md"));
    }

    @ParameterizedTest
    @EnumSource
    void aProblemHasAPageThatNamesIt(ProblemType type) throws IOException {
        List<String> lines = page(name(type)).lines().toList();
        assertEquals("# " + type.title(), lines.get(0));
        assertTrue(
                lines.get(2)
                        .matches("`" + type.status() + " [A-Z][A-Za-z ]+`, type `"
                                + Pattern.quote(type.uri().toString()) + "`"),
                lines.get(2));
    }

    @ParameterizedTest
    @EnumSource
    void theExampleOnItsPageIsOneOfIt(ProblemType type) throws IOException {
        Matcher example = EXAMPLE.matcher(page(name(type)));
        assertTrue(example.find(), "there is no example");
        assertTrue(example.group(1).startsWith("HTTP/1.1 " + type.status() + " "), example.group(1));
        assertTrue(example.group(1).contains("\nContent-Type: application/problem+json"), example.group(1));
        assertEquals(List.of(), new ProblemSchema().errors(example.group(2)));
        assertEquals(
                type.uri().toString(), Json.parsed(example.group(2)).get("type").textValue());
    }

    @Test
    void thereAreNoOtherPages() throws IOException {
        try (Stream<Path> pages = Files.list(ProblemSchema.DOCS)) {
            Set<String> names = pages.map(page -> page.getFileName().toString())
                    .filter(page -> page.endsWith(".md") && !page.equals("README.md"))
                    .map(page -> page.replace(".md", ""))
                    .collect(Collectors.toSet());
            assertEquals(
                    Arrays.stream(ProblemType.values())
                            .map(ProblemPagesTest::name)
                            .collect(Collectors.toSet()),
                    names);
        }
    }

    @Test
    void theTableHasThemAllInTheOrderOfTheirStatus() throws IOException {
        List<String> rows = ROW.matcher(page("README"))
                .results()
                .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3) + " " + row.group(4))
                .toList();
        assertEquals(
                Arrays.stream(ProblemType.values())
                        .map(type -> type.status() + " " + name(type) + " " + name(type) + " " + type.title())
                        .sorted()
                        .toList(),
                rows);
    }

    @Test
    void theSchemaHasThemAll() throws IOException {
        JsonNode schema = Json.parsed(Files.readString(ProblemSchema.DOCS.resolve("problem.schema.json")));
        Set<String> types = StreamSupport.stream(schema.get("oneOf").spliterator(), false)
                .map(type -> type.at("/properties/status/const").asText()
                        + " " + type.at("/properties/type/const").textValue()
                        + " " + type.at("/properties/title/const").textValue())
                .collect(Collectors.toSet());
        assertEquals(
                Arrays.stream(ProblemType.values())
                        .map(type -> type.status() + " " + type.uri() + " " + type.title())
                        .collect(Collectors.toSet()),
                types);
    }

    @Test
    void theSchemaTakesNothingElse() {
        ProblemSchema schema = new ProblemSchema();
        String right =
                "{\"type\":\"https://bits.page/problems/not-found\",\"title\":\"Not found\",\"status\":404,\"detail\":\"x\"}";
        assertEquals(List.of(), schema.errors(right));
        for (String wrong : List.of(
                right.replace("not-found", "not-there"),
                right.replace("404", "403"),
                right.replace("404", "\"404\""),
                right.replace("Not found", "not found"),
                right.replace(",\"detail\":\"x\"", ""),
                right.replace("\"x\"", "\"\""),
                right.replace("\"x\"", "\"x\",\"violations\":[{\"field\":\"a\",\"message\":\"b\"}]"),
                "[]")) {
            assertTrue(!schema.errors(wrong).isEmpty(), wrong);
        }
    }
}
