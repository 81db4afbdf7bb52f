package page.bits.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ActorTest {

    private static String id(String issuer, String subject) {
        return new Actor(issuer, subject, ActorName.GUEST).id();
    }

    @Test
    void anIdIs22CharactersThatStayTheSameForAnIssuerAndSubject() {
        assertTrue(id("urn:bits:guests", "demo-alice").matches("[A-Za-z0-9_-]{22}"));
        assertEquals(id("a", "b"), new Actor("a", "b", new ActorName("Another name")).id());
    }

    @Test
    void noTwoIssuersAndSubjectsRunIntoOne() {
        assertNotEquals(id("ab", "c"), id("a", "bc"));
        assertNotEquals(id("a", "b"), id("b", "a"));
    }

    @Test
    void anActorHasAnIssuerAndASubject() {
        assertThrows(IllegalArgumentException.class, () -> id("", "b"));
        assertThrows(IllegalArgumentException.class, () -> id("a", " "));
    }
}
