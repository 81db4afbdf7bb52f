package page.bits.action.identity;

import page.bits.action.body.Text;

/**
 * What others see of an actor.
 *
 * @param value 1 to 80 code points on one line
 */
public record ActorName(String value) {

    /** Of a guest who gave none. */
    public static final ActorName GUEST = new ActorName("Guest");

    public ActorName {
        value = Text.ofOneLine(value, 1, 80);
    }

    @Override
    public String toString() {
        return value;
    }
}
