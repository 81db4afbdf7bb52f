package page.bits.view.live;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Runs tasks one at a time, in the order they came, on the threads of another executor; holds no thread while idle. */
final class SerialExecutor implements Executor {

    private final Executor threads;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    SerialExecutor(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (waiting) {
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        threads.execute(this::runNext);
    }

    private void runNext() {
        Runnable task;
        synchronized (waiting) {
            task = waiting.poll();
            if (task == null) {
                running = false;
                return;
            }
        }
        try {
            task.run();
        } finally {
            // One task per turn, so that a busy view does not keep a thread from the others.
            threads.execute(this::runNext);
        }
    }
}
