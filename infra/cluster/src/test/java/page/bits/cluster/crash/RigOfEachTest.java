package page.bits.cluster.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives each test a {@link Rig} and a seed ({@code -Dbits.seed} repeats one), and tells all logs where it fails. */
final class RigOfEachTest implements BeforeEachCallback, AfterEachCallback {

    private final long seed = Long.getLong("bits.seed", System.nanoTime());
    private String name;
    private Rig rig;

    Rig rig() {
        return rig;
    }

    Random random() {
        return new Random(seed);
    }

    void tell(String format, Object... arguments) {
        System.out.printf(
                "[%s] " + format + "%n",
                Stream.concat(Stream.of(name), Stream.of(arguments)).toArray());
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException, InterruptedException {
        name = context.getRequiredTestMethod().getName();
        Path folder = Path.of("target", "crash", name).toAbsolutePath();
        delete(folder);
        tell("-Dbits.seed=%d", seed);
        rig = new Rig(folder, seed);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException, InterruptedException {
        if (rig == null) {
            return;
        }
        try {
            if (context.getExecutionException().isPresent()) {
                System.out.println(rig.logs());
            }
        } finally {
            rig.close();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> {
                    try {
                        Files.delete(file);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
    }
}
