package page.bits.action.submission;

import datomic.Database;
import datomic.Entity;
import datomic.Peer;
import datomic.Util;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import page.bits.action.Results;
import page.bits.http.ProblemException;
import page.bits.identity.Actor;
import page.bits.identity.Digest;
import page.bits.peer.Attributes;
import page.bits.peer.BasisT;

/**
 * What an {@code Idempotency-Key} becomes on the transaction entity. The key's attribute is unique, so of all transactions
 * that bear it, on whatever node, one can happen; the first reply is on it, so whoever comes later is told the same.
 *
 * @param key a hash of the actor and the key: a key is each actor's own
 * @param fingerprint a hash of the path and the bytes of the body, to know a repeat from another request with the same key
 */
public record Idempotency(UUID key, String fingerprint) {

    public static final String HEADER = "Idempotency-Key";

    private static final Pattern VALID = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** Of a request that bears a key; {@code invalid} is told where it is not 1 to 255 visible ASCII characters. */
    public static Optional<Idempotency> of(RoutingContext request, Actor actor, byte[] body, Consumer<String> invalid) {
        List<String> sent = request.request().headers().getAll(HEADER);
        if (sent.isEmpty()) {
            return Optional.empty();
        }
        if (sent.size() > 1 || !VALID.matcher(sent.get(0)).matches()) {
            invalid.accept("must be one header of 1 to 255 visible ASCII characters");
            return Optional.empty();
        }
        return Optional.of(of(actor, sent.get(0), request.request().path(), body));
    }

    public static Idempotency of(Actor actor, String key, String path, byte[] body) {
        return new Idempotency(
                uuid(Digest.sha256(utf8("bits idempotency-key"), utf8(actor.id()), utf8(key))),
                Base64.getUrlEncoder().withoutPadding().encodeToString(Digest.sha256(utf8(path), body)));
    }

    /**
     * The first reply, where {@code db} has one.
     *
     * @throws ProblemException 422 where the key came with another request
     */
    Optional<Reply> firstReply(Database db) {
        Object transaction = db.entid(Util.list(Attributes.ACTION_IDEMPOTENCY_KEY, key));
        if (transaction == null) {
            return Optional.empty();
        }
        Entity first = db.entity(transaction);
        if (!fingerprint.equals(first.get(Attributes.ACTION_FINGERPRINT))) {
            throw ProblemException.invalid(HEADER, "was used before, with another path or body");
        }
        return Optional.of(reply(db, first));
    }

    private static Reply reply(Database db, Entity transaction) {
        BasisT t = new BasisT(Peer.toT(transaction.get(Attributes.DB_ID)));
        String result = (String) transaction.get(Attributes.ACTION_RESULT);
        boolean isBatch = transaction.get(Attributes.ACTION_BATCH) != null;
        List<String> names = isBatch
                ? Json.names((String) transaction.get(Attributes.ACTION_BATCH))
                : List.of((String) transaction.get(Attributes.ACTION_NAME));
        return new Reply(
                isBatch,
                names,
                t,
                ((Date) transaction.get(Attributes.TX_INSTANT)).toInstant(),
                Results.of(names, isBatch ? Json.results(result) : List.of(Json.result(result)), db.asOf(t.value())),
                true);
    }

    /** What the transaction entity bears of it. */
    Map<Object, Object> facts(String result) {
        return Map.of(
                Attributes.ACTION_IDEMPOTENCY_KEY, key,
                Attributes.ACTION_FINGERPRINT, fingerprint,
                Attributes.ACTION_RESULT, result);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The first 122 free bits of a hash, as a UUID of version 8 (RFC 9562: of one's own making). */
    private static UUID uuid(byte[] hash) {
        ByteBuffer bits = ByteBuffer.wrap(hash);
        long high = bits.getLong() & ~0xF000L | 0x8000L;
        long low = bits.getLong() & ~(0xC0L << 56) | 0x80L << 56;
        return new UUID(high, low);
    }
}
