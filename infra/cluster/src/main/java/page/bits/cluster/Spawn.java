package page.bits.cluster;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How we start processes: out of reach of a terminal's Ctrl-C, which is for this process alone to act on. */
final class Spawn {

    private static final String NULL_DEVICE = "/dev/null";

    private Spawn() {}

    /** A process with no input, and with both of its outputs in one. */
    static ProcessBuilder detached(ProcessBuilder.Redirect output, String... command) {
        return detached(output, List.of(command));
    }

    static ProcessBuilder detached(ProcessBuilder.Redirect output, List<String> command) {
        List<String> whole = new ArrayList<>();
        if (isOnPath("setsid")) {
            whole.add("setsid");
        } else {
            // Both a JVM and sh go on ignoring what was ignored when they were started.
            whole.addAll(List.of("sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh"));
        }
        whole.addAll(command);
        return new ProcessBuilder(whole)
                .redirectErrorStream(true)
                .redirectInput(new File(NULL_DEVICE))
                .redirectOutput(output);
    }

    static boolean isOnPath(String program) {
        for (String folder :
                System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
