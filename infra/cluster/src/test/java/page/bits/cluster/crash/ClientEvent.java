package page.bits.cluster.crash;

import java.util.Locale;
import java.util.Optional;

/**
 * One line of what a {@link LoadClient} tells about itself. {@code nanos} is {@link System#nanoTime()} in the client, which
 * on Linux is one clock for all processes of a machine ({@code CLOCK_MONOTONIC}).
 */
sealed interface ClientEvent {

    long nanos();

    /** The line that {@link #parse} reads. */
    String line();

    /** The client is ready: its feed delivers every transaction after {@code t}, and may have delivered earlier ones. */
    record Started(long nanos, long t) implements ClientEvent {
        @Override
        public String line() {
            return "started " + nanos + " " + t;
        }
    }

    /** About to be handed to the peer. */
    record Submitted(long nanos, long number) implements ClientEvent {
        @Override
        public String line() {
            return "submitted " + nanos + " " + number;
        }
    }

    /** @param t of the transaction where it was acknowledged, else 0 */
    record Settled(long nanos, long number, Outcome outcome, long t) implements ClientEvent {
        @Override
        public String line() {
            return outcome.name().toLowerCase(Locale.ROOT) + " " + nanos + " " + number + " " + t;
        }
    }

    /** The feed handed out a transaction. */
    record Delivered(long nanos, long t, Optional<Mark> mark) implements ClientEvent {
        @Override
        public String line() {
            return "delivered " + nanos + " " + t + " "
                    + mark.map(Mark::toString).orElse("-");
        }
    }

    /** The client was told to stop, and everything it ever submitted is settled. */
    record Quiet(long nanos) implements ClientEvent {
        @Override
        public String line() {
            return "quiet " + nanos;
        }
    }

    /** The client wrote down what its database holds. */
    record Dumped(long nanos) implements ClientEvent {
        @Override
        public String line() {
            return "dumped " + nanos;
        }
    }

    /** The last: the feed has reached {@code t}, or did not within the time it had. */
    record Ended(long nanos, long t) implements ClientEvent {
        @Override
        public String line() {
            return "ended " + nanos + " " + t;
        }
    }

    static ClientEvent parse(String line) {
        String[] words = line.split(" ");
        long nanos = Long.parseLong(words[1]);
        return switch (words[0]) {
            case "started" -> new Started(nanos, Long.parseLong(words[2]));
            case "submitted" -> new Submitted(nanos, Long.parseLong(words[2]));
            case "delivered" ->
                new Delivered(
                        nanos,
                        Long.parseLong(words[2]),
                        words[3].equals("-") ? Optional.empty() : Optional.of(Mark.parse(words[3])));
            case "quiet" -> new Quiet(nanos);
            case "dumped" -> new Dumped(nanos);
            case "ended" -> new Ended(nanos, Long.parseLong(words[2]));
            default ->
                new Settled(
                        nanos,
                        Long.parseLong(words[2]),
                        Outcome.valueOf(words[0].toUpperCase(Locale.ROOT)),
                        Long.parseLong(words[3]));
        };
    }
}
