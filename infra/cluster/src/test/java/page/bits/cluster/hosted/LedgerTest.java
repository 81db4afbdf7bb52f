package page.bits.cluster.hosted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {

    private final List<Load.Post> posts = List.of(
            new Load.Post("ann#1", "1").with(accepted("id-1", 11)),
            new Load.Post("ann#2", "2").with(refused()),
            new Load.Post("ann#3", "3").with(refused()).with(accepted("id-3", 13)));

    private final List<StoredPosts.Post> stored = new ArrayList<>(
            List.of(new StoredPosts.Post("id-1", 1, "ann#1", 11), new StoredPosts.Post("id-3", 3, "ann#3", 13)));

    @Test
    void aTrueLedgerHolds() {
        assertEquals(List.of(), violations());
    }

    @Test
    void whatWasAcceptedIsNotLost() {
        stored.remove(1);
        assertEquals(List.of("ann#3 was accepted, and is lost"), violations());
    }

    @Test
    void nothingIsThereTwice() {
        stored.add(new StoredPosts.Post("id-9", 9, "ann#3", 19));
        assertEquals(List.of("ann#3 is there 2 times"), violations());
    }

    @Test
    void whatWasNeverSubmittedIsNotThere() {
        stored.add(new StoredPosts.Post("id-2", 2, "ann#2", 12));
        assertTrue(violations().get(0).startsWith("ann#2 ["), violations()::toString);
    }

    @Test
    void whatNobodyKnowsIsThereAtMostOnce() {
        List<Load.Post> unknown =
                List.of(new Load.Post("ann#4", "4").with(new Author.Answer(504, "{}", false, "", 1, 2)));
        List<StoredPosts.Post> once = List.of(new StoredPosts.Post("id-4", 4, "ann#4", 14));
        assertEquals(List.of(), Ledger.violations(unknown, List.of()));
        assertEquals(List.of(), Ledger.violations(unknown, once));
        assertEquals(List.of("ann#4 is there 2 times"), Ledger.violations(unknown, List.of(once.get(0), once.get(0))));
    }

    @Test
    void aReplyTellsTheIdAndTheT() {
        stored.set(1, new StoredPosts.Post("id-3", 3, "ann#3", 14));
        assertEquals(1, violations().size());
        stored.set(1, new StoredPosts.Post("id-4", 3, "ann#3", 13));
        assertEquals(1, violations().size());
    }

    @Test
    void nothingComesFromNowhere() {
        stored.add(new StoredPosts.Post("id-5", 5, "bob#1", 15));
        assertEquals(List.of("bob#1 is there, and nobody posted it"), violations());
    }

    private List<String> violations() {
        return Ledger.violations(posts, stored);
    }

    private static Author.Answer accepted(String id, long t) {
        return new Author.Answer(200, "{\"t\":%d,\"result\":{\"postId\":\"%s\"}}".formatted(t, id), false, "", 1, 2);
    }

    private static Author.Answer refused() {
        return new Author.Answer(503, "{}", false, "1", 1, 2);
    }
}
