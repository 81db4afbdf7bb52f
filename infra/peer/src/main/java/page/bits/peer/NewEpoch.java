package page.bits.peer;

import datomic.Connection;
import datomic.Peer;
import datomic.Util;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that gives a database a new {@link Epoch}: to be run once after it was brought back from an older backup, before
 * any node serves from it. The database is the one that the environment variable {@code BITS_DATOMIC_URI} names; where there
 * is none of that name, there is nothing to do.
 */
public final class NewEpoch {

    private static final Pattern NAME = Pattern.compile("^(datomic:sql://)([^?]+)(?=\\?)");

    private NewEpoch() {}

    public static void main(String[] args) {
        int status = 1;
        try {
            System.out.println(begin(System.getenv("BITS_DATOMIC_URI")));
            status = 0;
        } catch (ExecutionException e) {
            System.out.println(e.getCause());
        } catch (Exception e) {
            System.out.println(e);
        }
        // Datomic has threads that would keep the process alive.
        System.exit(status);
    }

    private static String begin(String uri) throws ExecutionException, InterruptedException {
        Matcher name = NAME.matcher(uri);
        if (name.find() && !Peer.getDatabaseNames(name.replaceFirst("$1*")).contains(name.group(2))) {
            return "there is no database yet";
        }
        Connection connection = Peer.connect(uri);
        if (Epoch.in(connection.sync().get()).isEmpty()) {
            return "the database has no epoch yet";
        }
        Epoch epoch = Epoch.random();
        connection
                .transact(
                        List.of(Util.list(Attributes.ADD, Attributes.HISTORY, Attributes.HISTORY_EPOCH, epoch.value())))
                .get();
        return "epoch " + epoch;
    }
}
