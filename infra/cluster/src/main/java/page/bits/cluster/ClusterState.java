package page.bits.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a cluster's launcher tells other commands, in a file of its data folder: which processes there are. The file is there
 * while the launcher runs, and stays where it was killed.
 *
 * @param launcher what starts and stops the others
 * @param nodes in the order that they are shown in
 */
record ClusterState(ProcessId launcher, List<Node> nodes) {

    static final String POSTGRES = "postgres";

    private static final String LAUNCHER = "launcher";
    private static final Pattern LINE =
            Pattern.compile("([a-z0-9-]+) ([0-9]{1,18}) ([0-9]{1,18}) ([^ ]+) ([0-9]{1,5})");

    /**
     * One process, which may be down.
     *
     * @param process {@link ProcessId#NONE} while none runs
     * @param port where it tells how it is
     */
    record Node(String name, ProcessId process, String host, int port) {

        /** Asks the process; blocks for 2 s at most. */
        Health health() {
            if (process.running().isEmpty()) {
                return new Health(false, "not running");
            }
            return name.equals(POSTGRES) ? Health.ofSocket(host, port) : Health.ofHttp(host, port);
        }

        private String line() {
            return "%s %d %d %s %d\n".formatted(name, process.pid(), process.startedAt(), host, port);
        }
    }

    /** What the launcher of the folder tells, be it that it runs or that it was killed; nothing where it has stopped. */
    static Optional<ClusterState> read(Path folder) throws IOException {
        try {
            return Optional.of(parse(Files.readString(file(folder))));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    static ClusterState parse(String text) throws IOException {
        ProcessId launcher = ProcessId.NONE;
        List<Node> nodes = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher fields = LINE.matcher(line);
            if (!fields.matches()) {
                throw new IOException("this is no line of a cluster's state: " + line);
            }
            ProcessId process = new ProcessId(Long.parseLong(fields.group(2)), Long.parseLong(fields.group(3)));
            if (fields.group(1).equals(LAUNCHER)) {
                launcher = process;
            } else {
                nodes.add(new Node(fields.group(1), process, fields.group(4), Integer.parseInt(fields.group(5))));
            }
        }
        return new ClusterState(launcher, List.copyOf(nodes));
    }

    void write(Path folder) throws IOException {
        Directories.write(file(folder), text());
    }

    static void delete(Path folder) throws IOException {
        Files.deleteIfExists(file(folder));
    }

    String text() {
        StringBuilder text = new StringBuilder(new Node(LAUNCHER, launcher, "-", 0).line());
        nodes.forEach(node -> text.append(node.line()));
        return text.toString();
    }

    Optional<Node> node(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /** The names of all, to be shown to people. */
    String names() {
        return String.join(", ", nodes.stream().map(Node::name).toList());
    }

    /** Asks all at the same time, shows them in a table, and tells whether each can do its work. */
    boolean show() {
        List<Health> healths = nodes.parallelStream().map(Node::health).toList();
        System.out.printf("%-12s %6s %8s  %s%n", "name", "port", "pid", "health");
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            String pid = node.process().pid() == 0
                    ? "-"
                    : Long.toString(node.process().pid());
            System.out.printf(
                    "%-12s %6d %8s  %s%n",
                    node.name(), node.port(), pid, healths.get(i).word());
        }
        return healths.stream().allMatch(Health::ready);
    }

    private static Path file(Path folder) {
        return folder.resolve("cluster.state");
    }
}
