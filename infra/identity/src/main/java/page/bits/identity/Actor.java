package page.bits.identity;

import datomic.Util;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import page.bits.peer.Attributes;

/**
 * Someone who may act: a subject as its issuer knows it.
 *
 * @param name the name in the token at hand; not part of who it is
 */
public record Actor(String issuer, String subject, ActorName name) {

    public Actor {
        if (issuer.isBlank() || subject.isBlank()) {
            throw new IllegalArgumentException("an actor has an issuer and a subject");
        }
    }

    /** What others see instead of the subject: 128 bits of a hash over issuer and subject, in 22 characters. */
    public String id() {
        byte[] hash = Digest.sha256(issuer.getBytes(StandardCharsets.UTF_8), subject.getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16));
    }

    /** Datomic's name for them. */
    public List<?> lookupRef() {
        return Util.list(Attributes.ACTOR_ID, id());
    }
}
