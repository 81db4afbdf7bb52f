package page.bits.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link Cluster} is made of. Begin with {@link #in}, and change what is to be different.
 *
 * @param folder that everything is kept in; it is made if it is not there
 * @param actions how many instances of action-service
 * @param views how many instances of view-service
 * @param presences how many instances of presence-service
 * @param gateways how many gateways
 * @param host the address that the gateways listen on; everything else listens on loopback
 * @param firstPort the port of gateway-1, the next ones have the next gateways; 0 for any that are free
 * @param demo whether an empty database gets demo data
 * @param postgresUrl JDBC URL of the PostgreSQL to use instead of one of our own
 * @param jvmOptions more options of a process's JVM, by its name; they win over all others
 * @param environment more environment variables of a process, by its name; they win over all others
 */
public record ClusterSettings(
        Path folder,
        int actions,
        int views,
        int presences,
        int gateways,
        String host,
        int firstPort,
        boolean demo,
        Optional<String> postgresUrl,
        Map<String, List<String>> jvmOptions,
        Map<String, Map<String, String>> environment) {

    private static final int LAST_PORT = 65_535;

    public ClusterSettings {
        folder = folder.toAbsolutePath().normalize();
        if (actions < 1 || views < 1 || presences < 1 || gateways < 1) {
            throw new IllegalArgumentException("a cluster has at least one action-service, one view-service, one"
                    + " presence-service and one gateway: %d, %d, %d, %d"
                            .formatted(actions, views, presences, gateways));
        }
        if (firstPort < 0 || firstPort + gateways - 1 > LAST_PORT) {
            throw new IllegalArgumentException("there are no %d ports from %d on".formatted(gateways, firstPort));
        }
        jvmOptions = Map.copyOf(jvmOptions);
        environment = Map.copyOf(environment);
    }

    /** Two of each service, one gateway on a free port of loopback, a PostgreSQL of its own, no demo data. */
    public static ClusterSettings in(Path folder) {
        return new ClusterSettings(folder, 2, 2, 2, 1, Nodes.LOOPBACK, 0, false, Optional.empty(), Map.of(), Map.of());
    }

    public ClusterSettings withActions(int number) {
        return new ClusterSettings(
                folder,
                number,
                views,
                presences,
                gateways,
                host,
                firstPort,
                demo,
                postgresUrl,
                jvmOptions,
                environment);
    }

    public ClusterSettings withViews(int number) {
        return new ClusterSettings(
                folder,
                actions,
                number,
                presences,
                gateways,
                host,
                firstPort,
                demo,
                postgresUrl,
                jvmOptions,
                environment);
    }

    public ClusterSettings withPresences(int number) {
        return new ClusterSettings(
                folder, actions, views, number, gateways, host, firstPort, demo, postgresUrl, jvmOptions, environment);
    }

    /** @param first the port of the first, or 0 for free ones */
    public ClusterSettings withGateways(int number, String address, int first) {
        return new ClusterSettings(
                folder, actions, views, presences, number, address, first, demo, postgresUrl, jvmOptions, environment);
    }

    public ClusterSettings withDemo(boolean wanted) {
        return new ClusterSettings(
                folder,
                actions,
                views,
                presences,
                gateways,
                host,
                firstPort,
                wanted,
                postgresUrl,
                jvmOptions,
                environment);
    }

    public ClusterSettings withPostgres(Optional<String> url) {
        return new ClusterSettings(
                folder, actions, views, presences, gateways, host, firstPort, demo, url, jvmOptions, environment);
    }

    /** Adds options to those of a process, such as {@code -Dbits.key=value} for {@code view-2}. */
    public ClusterSettings withJvmOptions(String name, String... options) {
        Map<String, List<String>> changed = new HashMap<>(jvmOptions);
        List<String> all = new ArrayList<>(changed.getOrDefault(name, List.of()));
        all.addAll(List.of(options));
        changed.put(name, List.copyOf(all));
        return new ClusterSettings(
                folder, actions, views, presences, gateways, host, firstPort, demo, postgresUrl, changed, environment);
    }

    public ClusterSettings withEnvironment(String name, String variable, String value) {
        Map<String, Map<String, String>> changed = new HashMap<>(environment);
        Map<String, String> all = new HashMap<>(changed.getOrDefault(name, Map.of()));
        all.put(variable, value);
        changed.put(name, Map.copyOf(all));
        return new ClusterSettings(
                folder, actions, views, presences, gateways, host, firstPort, demo, postgresUrl, jvmOptions, changed);
    }

    static ClusterSettings of(Arguments arguments) throws Refusal {
        try {
            return new ClusterSettings(
                    Path.of(arguments.value("data")),
                    Integer.parseInt(arguments.value("actions", "2")),
                    Integer.parseInt(arguments.value("views", "2")),
                    Integer.parseInt(arguments.value("presences", "2")),
                    Integer.parseInt(arguments.value("gateways", "1")),
                    arguments.value("host", Nodes.LOOPBACK),
                    Integer.parseInt(arguments.value("port", "8080")),
                    Boolean.parseBoolean(arguments.value("demo", "true")),
                    Settings.environment("BITS_POSTGRES_URL"),
                    Map.of(),
                    Map.of());
        } catch (IllegalArgumentException e) {
            throw new Refusal(e.getMessage());
        }
    }
}
