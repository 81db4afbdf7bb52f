package page.bits.sse;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/**
 * Netty's leak detector for this module's tests (the POM makes it so, with the level that looks at every buffer), which tells
 * the tests what was collected without having been released.
 */
public final class Leaks<T> extends ResourceLeakDetector<T> {

    private static final List<String> FOUND = new CopyOnWriteArrayList<>();

    /** As Netty makes it. */
    public Leaks(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
    }

    /** As Netty looks for it first, whatever then uses it. */
    @Deprecated
    public Leaks(Class<?> resourceType, int samplingInterval, long maxActive) {
        super(resourceType, samplingInterval);
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        FOUND.add(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        FOUND.add(resourceType);
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    /** The leaks of what has become unreachable by now. */
    static List<String> found() {
        WeakReference<Object> sentinel = new WeakReference<>(new Object());
        StreamServer.await().until(() -> {
            System.gc();
            return sentinel.refersTo(null);
        });
        // References are queued a little after the collection, and reported when the next buffer is made.
        Awaitility.await()
                .during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(10))
                .until(() -> ByteBufAllocator.DEFAULT.directBuffer(16).release());
        return List.copyOf(FOUND);
    }
}
