package page.bits.transactor;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresStorageTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static EmbeddedPostgres postgres;

    private final List<AgroalDataSource> opened = new ArrayList<>();
    private final PostgresStorage active = storage();
    private final PostgresStorage standby = storage();

    @BeforeAll
    static void startPostgres() throws Exception {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        postgres.close();
    }

    @AfterEach
    void close() {
        active.releaseLock();
        standby.releaseLock();
        opened.forEach(AgroalDataSource::close);
    }

    @Test
    void onlyOneHoldsTheLockUntilItLetsGo() throws SQLException {
        assertTrue(active.holdsOrTakesLock());
        assertTrue(active.holdsOrTakesLock());
        assertFalse(standby.holdsOrTakesLock());
        active.releaseLock();
        assertTrue(standby.holdsOrTakesLock());
        assertFalse(active.holdsOrTakesLock());
    }

    @Test
    void whoLosesItsSessionLosesTheLock() throws SQLException {
        assertTrue(active.holdsOrTakesLock());
        terminateLockHolder();
        await().atMost(SOON).until(standby::holdsOrTakesLock);
        assertFalse(active.holdsOrTakesLock());
    }

    @Test
    void aLockThatNobodyTookMeanwhileIsTakenAgain() throws SQLException {
        assertTrue(active.holdsOrTakesLock());
        terminateLockHolder();
        await().atMost(SOON).ignoreExceptions().until(active::holdsOrTakesLock);
        assertFalse(standby.holdsOrTakesLock());
    }

    @Test
    void theTableIsCreatedOnceHoweverManyTry() throws Exception {
        execute("drop table if exists datomic_kvs");
        ExecutorService several = Executors.newFixedThreadPool(4);
        List<Future<?>> tries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tries.add(several.submit(() -> {
                storage().createTableIfMissing();
                return null;
            }));
        }
        for (Future<?> tried : tries) {
            assertDoesNotThrow(() -> tried.get());
        }
        several.shutdown();
        execute("insert into datomic_kvs (id, rev, map, val) values ('some-key', 1, null, null)");
        active.createTableIfMissing();
        assertTrue(execute("delete from datomic_kvs where id = 'some-key' returning 1"));
    }

    private synchronized PostgresStorage storage() {
        try {
            AgroalDataSource dataSource = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool -> pool.maxSize(4)
                            .connectionValidator(
                                    AgroalConnectionPoolConfiguration.ConnectionValidator.defaultValidator())
                            .validateOnBorrow(true)
                            .acquisitionTimeout(Duration.ofSeconds(5))
                            .connectionFactoryConfiguration(
                                    factory -> factory.jdbcUrl(postgres.getJdbcUrl("postgres", "postgres"))
                                            .principal(new NamePrincipal("postgres")))));
            opened.add(dataSource);
            return new PostgresStorage(dataSource);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void terminateLockHolder() throws SQLException {
        execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");
    }

    private static boolean execute(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            return statement.execute(sql) && statement.getResultSet().next();
        }
    }
}
