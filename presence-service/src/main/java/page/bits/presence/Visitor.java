package page.bits.presence;

import java.util.Optional;

/**
 * Who is behind a connection.
 *
 * @param key tells viewers apart: one who has it in several connections counts once
 * @param person who that is, to everyone; none for who is not signed in, or hides
 */
public record Visitor(long key, Optional<Person> person) {

    /**
     * @param id what others see of an actor
     * @param name shown
     */
    public record Person(String id, String name) {}
}
