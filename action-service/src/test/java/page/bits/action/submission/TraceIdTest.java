package page.bits.action.submission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceIdTest {

    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + ID + "-00f067aa0ba902b7-01",
                "00-" + ID + "-00f067aa0ba902b7-00",
                "cc-" + ID + "-00f067aa0ba902b7-01",
                "cc-" + ID + "-00f067aa0ba902b7-01-what-the-future-brings",
            })
    void isTheOneOfAValidTraceparent(String traceparent) {
        assertEquals(ID, TraceId.of(List.of(traceparent)).value());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ID,
                "ff-" + ID + "-00f067aa0ba902b7-01",
                "00-" + ID + "-00f067aa0ba902b7-01-more",
                "00-" + ID + "-0000000000000000-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-" + ID + "-00f067aa0ba902b7",
            })
    void isANewOneWhereTheTraceparentIsNotValid(String traceparent) {
        String made = TraceId.of(List.of(traceparent)).value();
        assertTrue(made.matches("[0-9a-f]{32}"), made);
        assertNotEquals(ID, made);
    }

    @Test
    void isANewOneEachTimeWhereThereIsNoTraceparentOrTwo() {
        assertNotEquals(TraceId.of(List.of()).value(), TraceId.of(List.of()).value());
        String traceparent = "00-" + ID + "-00f067aa0ba902b7-01";
        assertNotEquals(ID, TraceId.of(List.of(traceparent, traceparent)).value());
    }
}
