package page.bits.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What Linux tells of the machine under {@code /proc}; elsewhere nothing. */
final class Machine {

    private static final Path STAT = Path.of("/proc/stat");

    /** Of a kernel's clock ticks in /proc/stat, on every Linux there is. */
    private static final double TICKS_PER_SECOND = 100;

    /** What /proc/stat tells of all processors, in its order, but for what is in others too: guests. */
    private static final int KINDS = 8;

    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;

    private static final long PAGE_BYTES = 4096;

    private Machine() {}

    /** How many files this process, and one that it starts, may have open: the JVM has taken all it is allowed. */
    static OptionalLong openFiles() throws IOException {
        return number("/proc/self/limits", "(?m)^Max open files +(\\d+)");
    }

    /** How long all processors together have been busy since the start of the machine; NaN where nothing tells. */
    static double busySeconds() throws IOException {
        if (!Files.isReadable(STAT)) {
            return Double.NaN;
        }
        String[] kinds =
                Files.readString(STAT).lines().findFirst().orElseThrow().split(" +");
        long[] ticks =
                Arrays.stream(kinds, 1, 1 + KINDS).mapToLong(Long::parseLong).toArray();
        return (Arrays.stream(ticks).sum() - ticks[IDLE] - ticks[IO_WAIT]) / TICKS_PER_SECOND;
    }

    /** What the kernel has for all sockets of the machine, and for whatever else it can't reclaim: buffers and objects. */
    static OptionalLong kernelBytes() throws IOException {
        OptionalLong pages = number("/proc/net/sockstat", "(?m)^TCP: .* mem (\\d+)$");
        OptionalLong slabs = number("/proc/meminfo", "(?m)^SUnreclaim: +(\\d+) kB$");
        return pages.isEmpty() || slabs.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(pages.getAsLong() * PAGE_BYTES + slabs.getAsLong() * 1024);
    }

    private static OptionalLong number(String file, String pattern) throws IOException {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            return OptionalLong.empty();
        }
        return Pattern.compile(pattern)
                .matcher(Files.readString(path))
                .results()
                .map((MatchResult found) -> found.group(1))
                .mapToLong(Long::parseLong)
                .findFirst();
    }
}
