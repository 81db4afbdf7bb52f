package page.bits.cluster.crash;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import page.bits.cluster.JavaProcess;

/** A {@link LoadClient} as the one who started it sees it: through its files. One thread. */
final class Client {

    private final String name;
    private final JavaProcess process;
    private final Path control;
    private final NewLines log;
    private final List<ClientEvent> events = new ArrayList<>();
    private final Map<Long, Long> submitted = new HashMap<>();
    private final Map<Long, ClientEvent.Settled> settled = new HashMap<>();
    private long acknowledged;
    private boolean started;
    private boolean quiet;
    private boolean dumped;
    private boolean ended;

    Client(String name, JavaProcess process, Path log, Path control) {
        this.name = name;
        this.process = process;
        this.log = new NewLines(log);
        this.control = control;
    }

    JavaProcess process() {
        return process;
    }

    void tell(String command) {
        try {
            Files.writeString(control, command + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything it has written so far. */
    List<ClientEvent> events() {
        look();
        return events;
    }

    long acknowledged() {
        look();
        return acknowledged;
    }

    /** How many it had handed over that were not settled then. */
    long inFlightAt(long nanos) {
        look();
        return submitted.entrySet().stream()
                .filter(entry -> entry.getValue() <= nanos && !isSettledBy(entry.getKey(), nanos))
                .count();
    }

    private boolean isSettledBy(long number, long nanos) {
        ClientEvent.Settled event = settled.get(number);
        return event != null && event.nanos() <= nanos;
    }

    /** When a transaction was first acknowledged that was submitted after then. */
    OptionalLong firstAcknowledgedAfter(long nanos) {
        look();
        return settled.values().stream()
                .filter(event -> event.outcome() == Outcome.ACKED && submitted.get(event.number()) > nanos)
                .mapToLong(ClientEvent.Settled::nanos)
                .min();
    }

    /** How many that were submitted after {@code from} and before {@code to} had this outcome. */
    long count(Outcome outcome, long from, long to) {
        look();
        return settled.values().stream()
                .filter(event -> event.outcome() == outcome)
                .filter(event -> submitted.get(event.number()) > from && submitted.get(event.number()) < to)
                .count();
    }

    History.Account account() {
        return History.Account.of(name, events());
    }

    void awaitStarted() {
        awaitThat("start", Duration.ofMinutes(2), () -> started);
    }

    void awaitQuiet() {
        awaitThat("settle everything", Duration.ofMinutes(1), () -> quiet);
    }

    void awaitDumped() {
        awaitThat("write down its database", Duration.ofMinutes(2), () -> dumped);
    }

    void awaitEnded() {
        awaitThat("end", Duration.ofMinutes(2), () -> ended && !process.isAlive());
    }

    void awaitAcknowledged(long count) {
        awaitThat("have " + count + " acknowledged", Duration.ofMinutes(2), () -> acknowledged >= count);
    }

    /** Until one is acknowledged that was submitted after then. */
    void awaitAcknowledgedAfter(long nanos) {
        awaitThat(
                "go on",
                Duration.ofMinutes(1),
                () -> firstAcknowledgedAfter(nanos).isPresent());
    }

    private void awaitThat(String what, Duration patience, BooleanSupplier condition) {
        await(name + " shall " + what)
                .atMost(patience)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    look();
                    if (!process.isAlive() && !ended && !condition.getAsBoolean()) {
                        throw new IllegalStateException(name + " has ended too soon:\n" + process.log());
                    }
                    return condition.getAsBoolean();
                });
    }

    private void look() {
        try {
            for (String line : log.read()) {
                take(ClientEvent.parse(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(ClientEvent event) {
        events.add(event);
        if (event instanceof ClientEvent.Submitted e) {
            submitted.put(e.number(), e.nanos());
        } else if (event instanceof ClientEvent.Settled e) {
            settled.put(e.number(), e);
            acknowledged += e.outcome() == Outcome.ACKED ? 1 : 0;
        } else if (event instanceof ClientEvent.Started) {
            started = true;
        } else if (event instanceof ClientEvent.Quiet) {
            quiet = true;
        } else if (event instanceof ClientEvent.Dumped) {
            dumped = true;
        } else if (event instanceof ClientEvent.Ended) {
            ended = true;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
