package page.bits.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A command line that the {@code bits} script has checked: a command, options with a value each, and files. */
record Arguments(String command, Map<String, String> options, List<String> files) {

    static Arguments of(String... words) {
        Map<String, String> options = new HashMap<>();
        List<String> files = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            if (words[i].startsWith("--")) {
                options.put(words[i].substring(2), words[++i]);
            } else {
                files.add(words[i]);
            }
        }
        return new Arguments(words[0], options, files);
    }

    String value(String option) {
        String value = options.get(option);
        if (value == null) {
            throw new IllegalArgumentException("--" + option + " is missing");
        }
        return value;
    }

    String value(String option, String otherwise) {
        return options.getOrDefault(option, otherwise);
    }
}
