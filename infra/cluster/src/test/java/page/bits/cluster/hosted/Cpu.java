package page.bits.cluster.hosted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How much processor time was used between two instants.
 *
 * @param cores that a process and its children kept busy, by its name; {@link #OTHERS} of the machine besides
 */
public record Cpu(Map<String, Double> cores) {

    static final String OTHERS = "others";

    /** Of a kernel's clock ticks in /proc/stat, on every Linux there is. */
    private static final double TICKS_PER_SECOND = 100;

    /** What /proc/stat tells of all processors, in its order, but for what is in others too: guests. */
    private static final int KINDS = 8;

    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;

    /** Of all but others. */
    public double known() {
        return cores.entrySet().stream()
                .filter(share -> !share.getKey().equals(OTHERS))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** The clocks at one instant; {@link #stop} tells what they have advanced since. */
    public static final class Watch {

        private final Map<String, Long> processes;
        private final long began = System.nanoTime();
        private final Map<String, Double> used;
        private final double busy;

        private Watch(Map<String, Long> processes) throws IOException {
            this.processes = processes;
            this.used = used(processes);
            this.busy = busy();
        }

        public Cpu stop() throws IOException {
            double seconds = (System.nanoTime() - began) / 1e9;
            Map<String, Double> cores = new LinkedHashMap<>();
            used(processes).forEach((name, now) -> cores.put(name, (now - used.get(name)) / seconds));
            double known =
                    cores.values().stream().mapToDouble(Double::doubleValue).sum();
            cores.put(OTHERS, Math.max(0, (busy() - busy) / seconds - known));
            return new Cpu(cores);
        }
    }

    /** Begins to watch processes, each by a name and its id. */
    public static Watch watch(Map<String, Long> processes) throws IOException {
        return new Watch(processes);
    }

    private static Map<String, Double> used(Map<String, Long> processes) {
        Map<String, Double> used = new LinkedHashMap<>();
        processes.forEach((name, pid) -> used.put(name, used(pid)));
        return used;
    }

    private static double used(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .mapToDouble(Duration::toNanos)
                .map(nanos -> nanos / 1e9)
                .sum();
    }

    private static double busy() throws IOException {
        String all = Files.readAllLines(Path.of("/proc/stat")).get(0);
        double[] ticks = Arrays.stream(all.split(" +"))
                .skip(1)
                .limit(KINDS)
                .mapToDouble(Double::parseDouble)
                .toArray();
        return (Arrays.stream(ticks).sum() - ticks[IDLE] - ticks[IO_WAIT]) / TICKS_PER_SECOND;
    }
}
