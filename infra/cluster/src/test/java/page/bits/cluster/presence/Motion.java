package page.bits.cluster.presence;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Keeps an audience moving, on a thread of its own, until it is closed. */
final class Motion implements AutoCloseable {

    private static final int LONGEST_PAUSE_MILLIS = 400;

    private final Audience audience;
    private final Random random;
    private final Thread thread;
    private volatile boolean closed;
    private volatile RuntimeException failure;

    Motion(Audience audience, long seed) {
        this.audience = audience;
        this.random = new Random(seed);
        this.thread = new Thread(this::move, "motion");
        thread.start();
    }

    /** Throws what has ended the motion, if anything has. */
    void check() {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void move() {
        try {
            while (!closed) {
                audience.step();
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure = e;
        }
    }
}
