package page.bits.identity;

import java.security.Key;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** The public keys that a provider publishes at one time to verify signatures with (a JWK Set, RFC 7517). */
final class KeySet {

    private static final VerificationJwkSelector SELECTOR = new VerificationJwkSelector();

    private final List<JsonWebKey> jwks;
    private final Set<Key> keys;

    private KeySet(List<JsonWebKey> jwks) {
        this.jwks = jwks;
        this.keys = jwks.stream().map(JsonWebKey::getKey).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Keys of kinds that are not known, or that are no public keys for signatures, are left out. None at all is a key set too:
     * it is how a provider takes all of its keys back.
     *
     * @throws IllegalArgumentException where it is no JWK Set
     */
    static KeySet parse(String json) {
        List<JsonWebKey> jwks;
        try {
            jwks = new JsonWebKeySet(json).getJsonWebKeys();
        } catch (JoseException | RuntimeException e) {
            // The library casts what it finds in there without a look.
            throw new IllegalArgumentException("it is no JWK Set", e);
        }
        return new KeySet(jwks.stream()
                .filter(jwk -> jwk instanceof PublicJsonWebKey && !Use.ENCRYPTION.equals(jwk.getUse()))
                .toList());
    }

    /**
     * The key that a token names by its {@code kid} and that its algorithm can be verified with. A token without a {@code kid}
     * is signed with the one such key, where there is only one.
     *
     * @throws InvalidTokenException where there are several
     */
    Optional<Key> keyOf(JsonWebSignature token) throws InvalidTokenException {
        List<JsonWebKey> found;
        try {
            // Among keys with the right kid, the selector looks at their alg only where there are several.
            found = SELECTOR.selectList(token, jwks).stream()
                    .filter(jwk ->
                            jwk.getAlgorithm() == null || jwk.getAlgorithm().equals(token.getAlgorithmHeaderValue()))
                    .toList();
        } catch (JoseException e) {
            throw new InvalidTokenException("its algorithm is not known");
        }
        if (found.size() > 1) {
            throw new InvalidTokenException("it does not tell by its kid which of its issuer's keys it is signed with");
        }
        return found.stream().map(JsonWebKey::getKey).findFirst();
    }

    boolean contains(Key key) {
        return keys.contains(key);
    }
}
