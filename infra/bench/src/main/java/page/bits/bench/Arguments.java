package page.bits.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The arguments of a benchmark: options that take a number, and flags. */
final class Arguments {

    private final Map<String, String> given = new HashMap<>();

    /**
     * @throws IllegalArgumentException for one that is in neither list
     */
    Arguments(String benchmark, String[] arguments, List<String> numbers, List<String> flags) {
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            if (numbers.contains(name)) {
                i++;
                given.put(name, i < arguments.length ? arguments[i] : "");
            } else if (flags.contains(name)) {
                given.put(name, "");
            } else {
                throw new IllegalArgumentException("bench " + benchmark + " does not know '" + name + "'");
            }
        }
    }

    boolean has(String name) {
        return given.containsKey(name);
    }

    /** @throws IllegalArgumentException where it is out of bounds, or none */
    int number(String name, int otherwise, int min, int max) {
        String value = given.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value.matches("[0-9]{1,7}")) {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new IllegalArgumentException("%s takes a number from %d to %d".formatted(name, min, max));
    }
}
