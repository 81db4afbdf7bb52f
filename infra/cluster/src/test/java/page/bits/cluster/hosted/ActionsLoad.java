package page.bits.cluster.hosted;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A program of its own that keeps a number of actions in flight: the answer to one makes place for the next. It does what the
 * lines of its standard input say, and answers each on its standard output:
 *
 * <ul>
 *   <li>{@code begin WAY N}: keep N in flight, in one of its {@link Way ways};
 *   <li>{@code measure}: from now on;
 *   <li>{@code end}: measure no more, let all be answered that are in flight, and tell what was measured;
 *   <li>{@code count}: tell how many were accepted since the program began.
 * </ul>
 *
 * The end of the input ends it.
 */
final class ActionsLoad {

    /** What the actions are. */
    enum Way {
        PLAIN,
        /** With an Idempotency-Key each, or what one leaves in a transaction. */
        KEYED,
        /** By the gateway, where there is one in the way. */
        GATEWAY
    }

    /** How many creators are posted to in turn, each by their owner, so that none is hot. */
    static final int CREATORS = 50;

    private static final int TEXTS = 1_000;
    private static final int SHORTEST = 20;
    private static final int LONGEST = 100;

    /** Keeps actions in flight, and counts their answers in a {@link Tally}. Used by one thread. */
    interface Loop {

        /** Returns when the first are on their way. */
        void begin(Way way, int inFlight) throws Exception;

        /** Returns when none is in flight. */
        void end() throws Exception;
    }

    private ActionsLoad() {}

    /** @param args {@code http}, the address of an action node and that of a gateway; or {@code raw} */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err); // for whatever logs
        Tally tally = new Tally();
        Loop loop = args[0].equals("http")
                ? new HttpLoop(URI.create(args[1]), URI.create(args[2]), tally)
                : new RawLoop(System.getenv("BITS_DATOMIC_URI"), tally);
        answers.println("ready");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            answers.println(obey(command.split(" "), loop, tally));
        }
        System.exit(0);
    }

    private static String obey(String[] words, Loop loop, Tally tally) throws Exception {
        switch (words[0]) {
            case "begin" -> {
                loop.begin(Way.valueOf(words[1]), Integer.parseInt(words[2]));
                return "begun";
            }
            case "measure" -> {
                tally.begin();
                return "measuring";
            }
            case "end" -> {
                Tally.Measured measured = tally.end();
                loop.end();
                tally.allAccepted();
                return measured.line();
            }
            case "count" -> {
                return Long.toString(tally.allAccepted());
            }
            default -> throw new IllegalArgumentException("there is no command " + words[0]);
        }
    }

    /** The same texts in every process, of letters and spaces. */
    static List<String> texts() {
        Random random = new Random(1);
        return IntStream.range(0, TEXTS)
                .mapToObj(i -> random.ints(SHORTEST + random.nextInt(LONGEST - SHORTEST + 1), 0, 27)
                        .mapToObj(letter -> letter == 26 ? " " : Character.toString('a' + letter))
                        .reduce("", String::concat))
                // What is trimmed would be shorter than it was sent.
                .map(text -> "." + text.substring(1, text.length() - 1) + ".")
                .toList();
    }
}
