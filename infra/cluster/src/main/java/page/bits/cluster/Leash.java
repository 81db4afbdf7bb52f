package page.bits.cluster;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * Ends the processes that this one started when it ends itself without having stopped them, be it by {@code kill -9}.
 *
 * <p>It is a shell that reads from this process. When there is nobody left to read from, it asks the processes to end, the
 * youngest first, and kills what does not. Where it is killed as well, they live on.
 */
final class Leash {

    /** Each line of input is "+ SIGNAL PID" or "- PID"; the ends of the processes are awaited one after the other. */
    private static final String SCRIPT = """
            trap '' HUP INT TERM
            held=''
            while read -r change first second; do
              case $change in
                +) held="$first $second $held" ;;
                -) held=$(set -- $held
                     while [ $# -ge 2 ]; do
                       [ "$2" = "$first" ] || printf '%s %s ' "$1" "$2"
                       shift 2
                     done) ;;
              esac
            done
            set -- $held
            while [ $# -ge 2 ]; do
              kill -s "$1" "$2" 2>/dev/null && kill -s CONT "$2" 2>/dev/null
              tries=0
              while kill -0 "$2" 2>/dev/null && [ $tries -lt 10 ]; do
                sleep 1
                tries=$((tries + 1))
              done
              kill -s KILL "$2" 2>/dev/null
              shift 2
            done
            """;

    private static Process shell;
    private static Writer input;

    private Leash() {}

    /**
     * Where it fails, the process is killed: its caller is left without it, and nothing else would end it.
     *
     * @param signal what asks the process to end, such as {@code TERM}
     */
    static void take(String signal, Process process) throws IOException {
        try {
            take(signal, process.pid());
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static synchronized void take(String signal, long pid) throws IOException {
        if (shell == null || !shell.isAlive()) {
            shell = Spawn.detached(ProcessBuilder.Redirect.DISCARD, "sh", "-c", SCRIPT)
                    .redirectInput(ProcessBuilder.Redirect.PIPE)
                    .start();
            input = shell.outputWriter(StandardCharsets.US_ASCII);
        }
        tell("+ " + signal + " " + pid);
    }

    /** To be called as soon as a process has ended: its id may become another's. */
    static synchronized void release(long pid) {
        try {
            if (shell != null) {
                tell("- " + pid);
            }
        } catch (IOException e) {
            // The shell is gone, and what it knew with it.
            shell.destroyForcibly();
        }
    }

    private static void tell(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }
}
