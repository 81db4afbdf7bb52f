package page.bits.cluster;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the {@code bits} script tells on the command line, or in the environment where others must not read it.
 *
 * @param data the folder that everything is kept in
 * @param postgresUrl JDBC URL of the PostgreSQL to use instead of one of our own
 * @param host the address to listen on
 * @param port the port to listen on
 * @param demo whether an empty database gets demo data
 */
record Settings(Path data, Optional<String> postgresUrl, String host, int port, boolean demo) {

    static Settings of(Arguments arguments) {
        return new Settings(
                Path.of(arguments.value("data")).toAbsolutePath().normalize(),
                environment("BITS_POSTGRES_URL"),
                arguments.value("host", "127.0.0.1"),
                Integer.parseInt(arguments.value("port", "8080")),
                Boolean.parseBoolean(arguments.value("demo", "true")));
    }

    Path transactorJar() {
        return Path.of(System.getProperty("bits.transactor.jar"));
    }

    Path standaloneJar() {
        return Path.of(System.getProperty("bits.standalone.jar"));
    }

    String[] transactorJavaOptions() {
        return words("BITS_TRANSACTOR_JAVA_OPTS");
    }

    String[] javaOptions() {
        return words("BITS_JAVA_OPTS");
    }

    static String[] words(String variable) {
        return environment(variable).map(text -> text.strip().split("\\s+")).orElse(new String[0]);
    }

    static Optional<String> environment(String variable) {
        return Optional.ofNullable(System.getenv(variable)).filter(text -> !text.isBlank());
    }
}
