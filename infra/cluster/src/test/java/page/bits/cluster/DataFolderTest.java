package page.bits.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

    private static final int NODES = 8;

    @TempDir
    Path temporary;

    @Test
    void nodesThatStartAtOnceGetTheSameKey() throws Exception {
        ExecutorService nodes = Executors.newFixedThreadPool(NODES);
        CyclicBarrier start = new CyclicBarrier(NODES);
        try (DataFolder folder = DataFolder.take(temporary)) {
            List<Future<String>> keys = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                keys.add(nodes.submit(() -> {
                    start.await();
                    return folder.guestKey();
                }));
            }
            Set<String> different = new HashSet<>();
            for (Future<String> key : keys) {
                different.add(key.get(10, TimeUnit.SECONDS));
            }
            assertEquals(1, different.size());
        } finally {
            nodes.shutdown();
        }
    }
}
