package page.bits.peer;

import datomic.Connection;
import datomic.Peer;
import datomic.Util;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that gives every database of a storage a new {@link Epoch}: to be run once after the storage was brought back from
 * an older backup, before any node serves from it. The storage is that of the environment variable {@code BITS_DATOMIC_URI};
 * of its databases, those that have no epoch yet are left as they are.
 */
public final class NewEpoch {

    private static final Pattern NAME = Pattern.compile("(?<=^datomic:sql://)[^?]+(?=\\?)");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private NewEpoch() {}

    public static void main(String[] args) {
        int status = 1;
        String uri = Objects.requireNonNullElse(System.getenv("BITS_DATOMIC_URI"), "");
        try {
            System.out.println(begin(uri));
            status = 0;
        } catch (TimeoutException e) {
            System.out.println(e.getMessage());
        } catch (ExecutionException e) {
            System.out.println(withoutStorage(String.valueOf(e.getCause()), uri));
        } catch (Exception e) {
            System.out.println(withoutStorage(e.toString(), uri));
        }
        // Datomic has threads that would keep the process alive.
        System.exit(status);
    }

    private static String begin(String uri) throws ExecutionException, InterruptedException, TimeoutException {
        Matcher name = NAME.matcher(uri);
        if (!name.find()) {
            throw new IllegalArgumentException("BITS_DATOMIC_URI names no database in PostgreSQL");
        }
        StringBuilder told = new StringBuilder();
        for (Object database : Peer.getDatabaseNames(name.replaceFirst("*"))) {
            String answer = beginIn(Peer.connect(name.replaceFirst(Matcher.quoteReplacement(database.toString()))));
            told.append(database).append(": ").append(answer).append('\n');
        }
        return told.isEmpty() ? "there is no database yet" : told.toString().strip();
    }

    private static String beginIn(Connection connection)
            throws ExecutionException, InterruptedException, TimeoutException {
        if (Epoch.in(answer(connection.sync(), "did not tell its basis")).isEmpty()) {
            return "no epoch yet";
        }
        Epoch epoch = Epoch.random();
        answer(
                connection.transactAsync(List.of(
                        Util.list(Attributes.ADD, Attributes.HISTORY, Attributes.HISTORY_EPOCH, epoch.value()))),
                "did not confirm the new epoch");
        return "epoch " + epoch;
    }

    private static <T> T answer(Future<T> asked, String otherwise)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            return asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new TimeoutException("the transactor %s within %d s".formatted(otherwise, PATIENCE.toSeconds()));
        }
    }

    /** What follows the URI's question mark is a JDBC URL, which bears the password of the storage. */
    private static String withoutStorage(String message, String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? message : message.replace(uri.substring(query + 1), "…");
    }
}
