package page.bits.cluster.hosted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands the one cluster to the tests, starts it for the first and stops it after the last; each test finds it whole. */
public final class HostedExtension implements ParameterResolver, AfterEachCallback {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(HostedExtension.class);

    /** Closed by JUnit at the very end; the files stay where a test has failed. */
    private static final class Shared implements AutoCloseable {

        private final Hosted hosted;
        private final Path folder;
        private volatile boolean hasFailed;

        private Shared(Hosted hosted, Path folder) {
            this.hosted = hosted;
            this.folder = folder;
        }

        static Shared start() {
            try {
                Path folder = Files.createTempDirectory("bits-hosted-");
                return new Shared(Hosted.start(folder), folder);
            } catch (Exception e) {
                throw new IllegalStateException("the cluster did not start", e);
            }
        }

        @Override
        public void close() throws IOException {
            hosted.close();
            if (hasFailed) {
                System.out.println("the files of the cluster are in " + folder);
                return;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                List<Path> deepestFirst =
                        files.sorted(Comparator.reverseOrder()).toList();
                for (Path file : deepestFirst) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Hosted.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return shared(context).hosted;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Shared shared = shared(context);
        shared.hasFailed |= context.getExecutionException().isPresent();
        boolean whole = false;
        try {
            shared.hosted.resumeAll();
            shared.hosted.awaitWhole();
            whole = true;
        } finally {
            shared.hasFailed |= !whole;
        }
    }

    private static Shared shared(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).computeIfAbsent(Shared.class, key -> Shared.start(), Shared.class);
    }
}
