package page.bits.presence.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import page.bits.peer.main.MainDatomicConfig;

class PresenceDatabaseUriTest {

    @ParameterizedTest
    @CsvSource({
        "datomic:mem://bits, datomic:mem://bits-presence",
        "datomic:sql://bits?jdbc:postgresql://db:5432/datomic?user=bits&password=a?b,"
                + " datomic:sql://bits-presence?jdbc:postgresql://db:5432/datomic?user=bits&password=a?b",
        "datomic:dev://localhost:4334/bits, datomic:dev://localhost:4334/bits-presence",
        "nonsense, nonsense-presence"
    })
    void thePresenceDatabaseIsBesideTheMainOne(String main, String presence) {
        assertEquals(presence, config(Map.of("bits.datomic.uri", main)).uri());
    }

    @Test
    void whereNothingIsSetBothAreInMemoryUnderTheirOwnNames() {
        SmallRyeConfig config = read(Map.of());
        assertEquals(
                "datomic:mem://bits",
                config.getConfigMapping(MainDatomicConfig.class).uri());
        assertEquals(
                "datomic:mem://bits-presence",
                config.getConfigMapping(PresenceDatomicConfig.class).uri());
    }

    @Test
    void whoeverSetsItIsHeard() {
        assertEquals(
                "datomic:mem://elsewhere",
                config(Map.of(
                                "bits.datomic.uri", "datomic:mem://bits",
                                "bits.presence.datomic.uri", "datomic:mem://elsewhere"))
                        .uri());
    }

    @Test
    void itsOtherSettingsAreItsOwnWithTheSameDefaults() {
        PresenceDatomicConfig config =
                config(Map.of("bits.datomic.feed-tick", "PT9S", "bits.presence.datomic.stale-after", "PT7S"));
        assertEquals(Duration.ofMillis(250), config.feedTick());
        assertEquals(Duration.ofSeconds(7), config.staleAfter());
    }

    private static PresenceDatomicConfig config(Map<String, String> settings) {
        return read(settings).getConfigMapping(PresenceDatomicConfig.class);
    }

    private static SmallRyeConfig read(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredSources()
                .addDiscoveredConverters()
                .withMapping(MainDatomicConfig.class)
                .withMapping(PresenceDatomicConfig.class)
                .withSources(new io.smallrye.config.PropertiesConfigSource(settings, "test", 100))
                .build();
    }
}
