package page.bits.cluster.hosted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A reader that can't tell a forged stream from a true one would make every test of this package pass. */
class PageTest {

    private final List<Event> stream = new ArrayList<>(List.of(
            snapshot(10, 1, 50),
            delta(12, 51, 1),
            delta(14, 52, 2),
            new Event("keepalive", "", "{\"t\":15,\"stale\":false}"),
            delta(17, 53, 3)));

    private final Page page = new Page();

    @Test
    void aTrueStreamHolds() {
        assertEquals(List.of(), violations());
        assertEquals(texts(1, 53), page.texts());
        assertEquals(reversed(texts(4, 53)), shown());
        assertEquals("k3f9.17", page.eventId());
    }

    @Test
    void aDeltaThatWasDroppedLeavesAnotherPage() {
        stream.remove(2);
        violations();
        assertNotEquals(reversed(texts(4, 53)), shown());
        assertNotEquals(texts(1, 53), page.texts());
    }

    @Test
    void aDeltaThatRemovesWhatADroppedOneBroughtIsFound() {
        stream.add(delta(19, 54, 52));
        stream.remove(2);
        assertEquals(List.of("t 19 removes post-52, which was not there", "t 19 makes it 51 posts"), violations());
    }

    @Test
    void aDeltaIsNotRepeated() {
        stream.add(3, stream.get(2));
        assertEquals(
                List.of(
                        "delta at t 14 after t 14",
                        "t 14 removes post-2, which was not there",
                        "t 14 puts post-52, which was there already"),
                violations());
    }

    @Test
    void aDeltaIsNotRepeatedUnderAnotherId() {
        stream.add(3, delta(15, 52, 2));
        assertEquals(
                List.of("t 15 removes post-2, which was not there", "t 15 puts post-52, which was there already"),
                violations());
    }

    @Test
    void deltasComeInOrder() {
        stream.add(1, stream.remove(2));
        assertEquals(List.of("delta at t 12 after t 14", "text#51 came up at t 12, after newer ones"), violations());
    }

    @Test
    void aSnapshotDoesNotGoBack() {
        stream.add(snapshot(12, 2, 51));
        assertEquals(List.of("snapshot at t 12 after t 17"), violations());
    }

    @Test
    void aKeepaliveDoesNotGoBack() {
        stream.add(new Event("keepalive", "", "{\"t\":16,\"stale\":false}"));
        assertEquals(List.of("keepalive at t 16 after t 17"), violations());
    }

    @Test
    void whatLeavesTheWindowIsRemoved() {
        stream.add(new Event(
                "delta", "k3f9.19", "{\"t\":19,\"put\":[%s],\"remove\":[],\"deleted\":[]}".formatted(post(54))));
        assertEquals(List.of("t 19 makes it 51 posts"), violations());
    }

    @Test
    void whatIsDeletedIsRemoved() {
        stream.add(new Event("delta", "k3f9.19", "{\"t\":19,\"put\":[],\"remove\":[],\"deleted\":[\"post-9\"]}"));
        assertEquals(List.of("t 19 deletes post-9 without removing it"), violations());
    }

    @Test
    void anIdAndItsDataAgree() {
        stream.add(new Event("delta", "k3f9.19", delta(20, 54, 4).data()));
        assertEquals(List.of("event k3f9.19 says t 20"), violations());
    }

    @Test
    void anotherHistoryIsNotThisOne() {
        stream.add(new Event("delta", "zzzz.19", delta(19, 54, 4).data()));
        assertEquals(List.of("epoch zzzz after k3f9"), violations());
    }

    @Test
    void aMorphDoesNotGoBackAndShowsTheNewestFirst() {
        stream.clear();
        stream.add(new Event("morph", "k3f9.5", "<p>text#2</p>\n<p>text#1</p>"));
        stream.add(new Event("morph", "k3f9.7", "<p>text#3</p>\n<p>text#2</p>"));
        assertEquals(List.of(), violations());
        assertEquals(texts(1, 3), page.texts());
        page.take(new Event("morph", "k3f9.6", "<p>text#3</p>"));
        assertEquals(List.of("morph at t 6 after t 7"), page.violations());
    }

    private List<String> violations() {
        stream.forEach(page::take);
        return page.violations();
    }

    private List<String> shown() {
        return page.posts().stream().map(post -> post.path("text").asText()).toList();
    }

    private static Event snapshot(long t, int oldest, int newest) {
        List<String> posts = new ArrayList<>();
        for (int n = newest; n >= oldest; n--) {
            posts.add(post(n));
        }
        return new Event(
                "snapshot", "k3f9." + t, "{\"t\":%d,\"view\":{\"posts\":[%s]}}".formatted(t, String.join(",", posts)));
    }

    private static Event delta(long t, int put, int remove) {
        return new Event(
                "delta",
                "k3f9." + t,
                "{\"t\":%d,\"put\":[%s],\"remove\":[\"post-%d\"],\"deleted\":[]}".formatted(t, post(put), remove));
    }

    private static String post(int n) {
        return "{\"id\":\"post-%d\",\"order\":%d,\"text\":\"text#%d\"}".formatted(n, n, n);
    }

    private static List<String> texts(int oldest, int newest) {
        List<String> texts = new ArrayList<>();
        for (int n = oldest; n <= newest; n++) {
            texts.add("text#" + n);
        }
        return texts;
    }

    private static List<String> reversed(List<String> list) {
        List<String> reversed = new ArrayList<>(list);
        Collections.reverse(reversed);
        return reversed;
    }
}
