package page.bits.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/** How the processes of ours are described, whoever starts them. */
final class Nodes {

    static final String LOOPBACK = "127.0.0.1";

    /** For many JVMs that start at the same time on one machine. What is given after it wins. */
    static final List<String> QUICK_START = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private Nodes() {}

    /** The only transactor of an installation. */
    static Supervised transactor(
            Settings settings, DataFolder folder, String storageUrl, ScheduledExecutorService supervisor) {
        Supervised.Recipe recipe = () -> transactor(
                "transactor",
                settings.transactorJar(),
                storageUrl,
                Ports.kept(folder.port("transactor-health")),
                Ports.kept(folder.port("transactor")),
                "-Xmx1g",
                settings.transactorJavaOptions());
        return new Supervised("transactor", "the transactor", folder, supervisor, recipe, () -> {});
    }

    /**
     * @param healthPort where it tells how it is
     * @param port that peers connect to
     * @param heap before the options, which may say otherwise
     */
    static Supervised.Start transactor(
            String name, Path jar, String storageUrl, int healthPort, int port, String heap, String... options) {
        JavaProcess.Builder process = JavaProcess.named(name)
                .jar(jar)
                .jvmOptions(heap)
                .jvmOptions(options)
                .property("quarkus.http.host", LOOPBACK)
                .property("quarkus.http.port", healthPort)
                .property("bits.transactor.host", LOOPBACK)
                .property("bits.transactor.port", port)
                .property("bits.transactor.encrypt", false) // what goes through loopback needs none
                .environment("BITS_TRANSACTOR_STORAGE_URL", storageUrl);
        return new Supervised.Start(process, LOOPBACK, healthPort);
    }
}
