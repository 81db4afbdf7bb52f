package page.bits.cluster;

import java.time.Instant;
import java.util.Optional;

/**
 * A process for good: its id together with the time that it started at, since ids are used again.
 *
 * @param pid 0 where there is no process
 * @param startedAt milliseconds since the epoch, 0 where it was not to be had
 */
record ProcessId(long pid, long startedAt) {

    static final ProcessId NONE = new ProcessId(0, 0);

    /** Of a process that runs now; {@link #NONE} if it does not. */
    static ProcessId of(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .map(started -> new ProcessId(pid, started.toEpochMilli()))
                .orElse(NONE);
    }

    /** The process, if it is still there; one that has ended and that nobody took note of is not. */
    Optional<ProcessHandle> running() {
        return ProcessHandle.of(pid)
                .filter(handle -> handle.isAlive() && handle.info().command().isPresent())
                .filter(handle -> handle.info()
                        .startInstant()
                        .map(Instant::toEpochMilli)
                        .filter(started -> started == startedAt)
                        .isPresent());
    }
}
