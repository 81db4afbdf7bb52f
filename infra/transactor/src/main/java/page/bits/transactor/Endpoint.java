package page.bits.transactor;

import java.util.Optional;
import java.util.UUID;

/**
 * Where and how peers reach this transactor, as it tells them through the storage.
 *
 * @param username made up anew by each process, as the password: only who can read the storage can connect
 */
record Endpoint(String host, Optional<String> altHost, int port, boolean encrypted, String username, String password) {

    static Endpoint of(TransactorConfig config) {
        return new Endpoint(
                config.host(),
                config.altHost(),
                config.port(),
                config.encrypt(),
                UUID.randomUUID().toString(),
                UUID.randomUUID().toString());
    }

    boolean admits(String user, String secret) {
        return username.equals(user) && password.equals(secret);
    }

    @Override
    public String toString() {
        return host + ":" + port + (encrypted ? " (TLS)" : " (not encrypted)");
    }
}
