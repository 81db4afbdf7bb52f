package page.bits.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is made of names that providers tell. */
class ActorNameTest {

    private static Optional<String> cleaned(String told) {
        return ActorName.cleaned(told).map(ActorName::value);
    }

    @Test
    void aNameThatCanBeShownStaysAsItIs() {
        assertEquals(
                Optional.of("Zo\u00eb O\u2019Hara \uD83D\uDC69\u200D\uD83D\uDE80"),
                cleaned("Zo\u00eb O\u2019Hara \uD83D\uDC69\u200D\uD83D\uDE80"));
    }

    @Test
    void whatCannotBeShownBecomesOneSpace() {
        assertEquals(Optional.of("a b c"), cleaned("\n a \u0000\t\r\n b\u0085\uD800c \u0007"));
    }

    @Test
    void whatIsTooLongIsCutBetweenCodePoints() {
        String rocket = "\uD83D\uDE80";
        assertEquals(Optional.of(rocket.repeat(80)), cleaned(rocket.repeat(81)));
        assertEquals(Optional.of("x".repeat(79)), cleaned("x".repeat(79) + " tail"));
    }

    @Test
    void whatNobodyCouldSeeIsNoName() {
        for (String told : new String[] {"", "  ", "\u0000", "\u200b\u200b", "\u00a0", "\uD800", "\u202e\u2066"}) {
            assertEquals(Optional.empty(), cleaned(told));
        }
        assertEquals(Optional.empty(), cleaned("\u200b".repeat(80) + "x"), "hidden behind what is cut");
    }
}
