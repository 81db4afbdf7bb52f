package page.bits.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {

    @Test
    void anIdIsReadBackAsItWasWritten() {
        assertEquals(Optional.of(new EventId("k3f9", 1042)), EventId.parse("k3f9.1042"));
        assertEquals(Optional.of(new EventId("0", 0)), EventId.parse("0.0"));
        long seed = new Random().nextLong();
        System.out.println("EventIdTest.anIdIsReadBackAsItWasWritten seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            String epoch = Long.toString(random.nextLong() >>> 1, 36);
            EventId id = new EventId(epoch, random.nextLong(1_000_000_000_000_000_000L) >>> random.nextInt(60));
            assertEquals(Optional.of(id), EventId.parse(id.toString()));
        }
    }

    @Test
    void theLongestOnesAreRead() {
        String text = "abcdefghijklmnop.999999999999999999";
        assertEquals(text, EventId.parse(text).orElseThrow().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a",
                "a.",
                ".1",
                "1",
                "a.b",
                "a.01",
                "a.00",
                "a.+1",
                "a.-1",
                "a.-0",
                "a.1.0",
                "a.1.",
                "a..1",
                "A.1",
                "k3F9.1042",
                "ä.1",
                "a_b.1",
                "a-b.1",
                "a b.1",
                "abcdefghijklmnopq.1",
                "a.1000000000000000000",
                "a.9223372036854775807",
                "a.9223372036854775808",
                "a.99999999999999999999999999",
                " a.1",
                "a.1 ",
                "a .1",
                "a. 1",
                "a.1\n",
                "\na.1",
                "a.1\r\n",
                "a.1\0",
                "\0a.1",
                "a\0.1",
                "a.\0" + "1",
                "a.1\nid: b.2",
                "a.1e3",
                "a.0x1",
                "a.1_000",
                "a.1,000",
                "a.\u0661",
                "a.\uFF11",
                "a\u20241",
                "\u0430.1",
                "null.null",
                "undefined"
            })
    void whatIsNotInTheOneSpellingIsNone(String text) {
        assertEquals(Optional.empty(), EventId.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "abcdefghijklmnopq", "a.b", "a\n", "ä"})
    void anEpochThatIsNoneIsRefused(String epoch) {
        assertThrows(IllegalArgumentException.class, () -> new EventId(epoch, 1));
    }

    @Test
    void aNegativeVersionIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new EventId("a", -1));
    }
}
