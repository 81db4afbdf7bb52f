package page.bits.transactor;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerLibraryTest {

    @Test
    void everythingThatIsUsedOfTheLibraryIsThere() {
        assertDoesNotThrow(PeerLibrary::load);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.7621", "1.0.7623", "1.1.7622", ""})
    void anotherVersionThanTheTestedOneIsRefused(String version) {
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> PeerLibrary.requireTested(version));
        assertTrue(refused.getMessage().contains(PeerLibrary.VERSION), refused::getMessage);
    }
}
