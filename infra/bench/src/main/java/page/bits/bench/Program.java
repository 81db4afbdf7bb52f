package page.bits.bench;

import java.io.IOException;
import java.util.Arrays;

/** What the benchmarks share as programs: help, and how they end. */
final class Program {

    private Program() {}

    interface Benchmark {

        /**
         * @return whether all was as it has to be
         * @throws IllegalArgumentException for arguments that can't be used
         */
        boolean run(String[] args) throws IOException, InterruptedException;
    }

    /** Ends the process with 0, 1 where the benchmark failed, or 2 where it was called wrongly. */
    static void run(String name, String usage, String[] args, Benchmark benchmark) throws InterruptedException {
        if (Arrays.asList(args).contains("--help") || Arrays.asList(args).contains("-h")) {
            System.out.print(usage);
            return;
        }
        try {
            System.exit(benchmark.run(args) ? 0 : 1);
        } catch (IllegalArgumentException e) {
            exit(2, e.getMessage() + "; see ./bits bench " + name + " --help");
        } catch (IOException e) {
            exit(1, e.getMessage());
        }
    }

    private static void exit(int status, String problem) {
        System.err.println("bits: " + problem);
        System.exit(status);
    }
}
