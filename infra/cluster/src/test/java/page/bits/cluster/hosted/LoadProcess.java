package page.bits.cluster.hosted;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A running {@link ActionsLoad}, which ends when this process does. One thread. */
final class LoadProcess implements AutoCloseable {

    private final Process process;
    private final Path log;
    private final PrintStream commands;
    private final BufferedReader answers;

    private LoadProcess(Path log, List<String> options, String uri, String... arguments) throws IOException {
        this.log = log;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ActionsLoad.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("BITS_DATOMIC_URI", uri);
        process = builder.start();
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        if (!read().equals("ready")) {
            throw new IOException("it did not begin; see " + log);
        }
    }

    static LoadProcess http(Path folder, URI node, URI gateway) throws IOException {
        return new LoadProcess(
                folder.resolve("http.log"),
                List.of("-Xmx128m", "-XX:+UseSerialGC"),
                "",
                "http",
                node.toString(),
                gateway.toString());
    }

    /** @param options of its JVM */
    static LoadProcess raw(Path folder, List<String> options, String uri) throws IOException {
        return new LoadProcess(folder.resolve("raw.log"), options, uri, "raw");
    }

    /** Those that a JVM was started with, but for recordings: they write to a file of their own. */
    static List<String> optionsOf(long pid) {
        String[] arguments = ProcessHandle.of(pid)
                .flatMap(process -> process.info().arguments())
                .orElseThrow(() -> new IllegalStateException("nobody tells how process " + pid + " was started"));
        return Arrays.stream(arguments)
                .takeWhile(argument -> !argument.equals("-jar"))
                .filter(argument -> !argument.startsWith("-XX:StartFlightRecording"))
                .toList();
    }

    long pid() {
        return process.pid();
    }

    void begin(ActionsLoad.Way way, int inFlight) throws IOException {
        ask("begin " + way + " " + inFlight);
    }

    void measure() throws IOException {
        ask("measure");
    }

    Tally.Measured end() throws IOException {
        return Tally.Measured.parse(ask("end"));
    }

    /** How many actions were accepted since it began. */
    long accepted() throws IOException {
        return Long.parseLong(ask("count"));
    }

    private String ask(String command) throws IOException {
        commands.println(command);
        return read();
    }

    private String read() throws IOException {
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the load has ended:\n" + Files.readString(log));
        }
        return answer;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
