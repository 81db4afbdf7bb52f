package page.bits.presence.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedViewerTest {

    private static final String ID = "abcdefghijklmnopqrst_-";
    private static final Instant SINCE = Instant.ofEpochMilli(1_764_322_996_000L);

    @Test
    void isWrittenAsTimeIdAndName() {
        assertEquals("0miiocwf4" + ID + "Alice", new NamedViewer(ID, "Alice", SINCE).encoded());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Alice", "a", "Zoë 🦊", "0miiocwf4", " leading", "a/b\\"})
    void isReadAsItWasWritten(String name) {
        for (long since : List.of(0L, 1L, 1_764_322_996_123L, 101_559_956_668_415L)) {
            NamedViewer viewer = new NamedViewer(ID, name, Instant.ofEpochMilli(since));
            assertEquals(viewer, NamedViewer.parse(viewer.encoded()));
        }
    }

    @Test
    void sortsAsWrittenByTimeAndThenById() {
        List<String> written = Stream.of(
                        new NamedViewer(ID, "Zoe", Instant.ofEpochMilli(35)),
                        new NamedViewer(ID, "Bob", Instant.ofEpochMilli(36)),
                        new NamedViewer(ID.replace('a', 'b'), "Alice", Instant.ofEpochMilli(36)),
                        new NamedViewer(ID, "Alice", SINCE))
                .map(NamedViewer::encoded)
                .toList();
        assertEquals(written.stream().sorted().toList(), written);
    }

    @Test
    void hasAnIdANameAndATimeThatCanBeWritten() {
        refused(() -> new NamedViewer(ID + "x", "Alice", SINCE));
        refused(() -> new NamedViewer("", "Alice", SINCE));
        refused(() -> new NamedViewer(ID.replace('a', '/'), "Alice", SINCE));
        refused(() -> new NamedViewer(ID, " ", SINCE));
        refused(() -> new NamedViewer(ID, "Alice", SINCE.plusNanos(1)));
        refused(() -> new NamedViewer(ID, "Alice", Instant.ofEpochMilli(-1)));
        refused(() -> new NamedViewer(ID, "Alice", Instant.ofEpochMilli(101_559_956_668_416L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0miiocwf4",
                "0miiocwf4abcdefghijklmnopqrst_-",
                "0MIIOCWF4abcdefghijklmnopqrst_-Alice",
                "+miiocwf4abcdefghijklmnopqrst_-Alice",
                "-miiocwf4abcdefghijklmnopqrst_-Alice",
                "0miiocwf!abcdefghijklmnopqrst_-Alice"
            })
    void nothingElseIsRead(String encoded) {
        String told = assertThrows(IllegalArgumentException.class, () -> NamedViewer.parse(encoded))
                .getMessage();
        assertTrue(!told.isBlank());
    }

    private static void refused(Runnable made) {
        assertThrows(IllegalArgumentException.class, made::run);
    }
}
