package page.bits.view;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import page.bits.peer.BasisT;
import page.bits.peer.Epoch;

/** Paging back through a view: {@code before} and the {@code Link} to what is older. */
@QuarkusTest
class BeforeTest {

    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

    @Inject
    World world;

    @Test
    void theLinksLeadThroughAllPostsOnce() {
        String alice = world.creator();
        String bob = world.creator();
        List<UUID> posts = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            posts.add(world.post(alice, "post " + i));
            world.post(bob, "not alice's");
        }
        Collections.reverse(posts);
        List<List<String>> pages = pages("/views/posts/" + alice, "view.posts.id");
        assertEquals(List.of(50, 50, 20), pages.stream().map(List::size).toList());
        assertEquals(
                posts.stream().map(UUID::toString).toList(),
                pages.stream().flatMap(List::stream).toList());
    }

    @Test
    void theLinksLeadThroughAllCommentsOnce() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        List<String> texts =
                IntStream.range(0, 250).mapToObj(i -> "comment " + i).toList();
        texts.forEach(text -> world.comment(post, "bob", text));
        List<List<String>> pages = pages("/views/post/" + post, "view.comments.text");
        assertEquals(List.of(100, 100, 50), pages.stream().map(List::size).toList());
        Collections.reverse(pages);
        assertEquals(texts, pages.stream().flatMap(List::stream).toList());
    }

    @Test
    void aFragmentLeadsToOlderCommentsWhereThereAreAny() {
        UUID post = world.post(world.creator(), "Hello");
        IntStream.range(0, 101).forEach(i -> world.comment(post, "bob", "comment " + i));
        String next = next(given().get("/views/post/" + post));
        given().accept("text/html")
                .get("/views/post/" + post)
                .then()
                .body(containsString(next.substring(next.indexOf('?'))));
        given().accept("text/html")
                .get(next)
                .then()
                .body(allOf(containsString("comment 0<"), not(containsString("before="))));
    }

    private static List<List<String>> pages(String first, String items) {
        List<List<String>> pages = new ArrayList<>();
        String path = first;
        while (path != null) {
            Response page = given().urlEncodingEnabled(false).get(path);
            page.then().statusCode(200);
            pages.add(page.path(items));
            path = next(page);
        }
        return pages;
    }

    private static String next(Response page) {
        String link = page.header("Link");
        if (link == null) {
            return null;
        }
        Matcher next = NEXT.matcher(link);
        assertTrue(next.matches(), link);
        return next.group(1);
    }

    @Test
    void aFullWindowThatNothingFollowsHasNoLink() {
        String alice = world.creator();
        List<UUID> posts = IntStream.range(0, 51)
                .mapToObj(i -> world.post(alice, "post " + i))
                .toList();
        Response first = given().get("/views/posts/" + alice);
        assertEquals("/views/posts/" + alice + "?before=" + posts.get(1), next(first));
        given().get(next(first)).then().body("view.posts.text", equalTo(List.of("post 0")));
        world.delete(posts.get(0));
        assertNull(next(given().get("/views/posts/" + alice)));
        given().get("/views/posts/" + alice + "?before=" + posts.get(0))
                .then()
                .statusCode(200)
                .body("view.posts", equalTo(List.of()));
    }

    @Test
    void anItemThatWasDeletedSinceStillTellsWhereToGoOn() {
        String alice = world.creator();
        UUID older = world.post(alice, "older");
        UUID deleted = world.post(alice, "deleted");
        world.post(alice, "newer");
        world.delete(deleted);
        given().get("/views/posts/" + alice + "?before=" + deleted)
                .then()
                .statusCode(200)
                .body("view.posts.text", equalTo(List.of("older")));
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        world.comment(first, older, "bob", "first");
        world.comment(second, older, "bob", "second");
        world.comment(older, "bob", "third");
        world.deleteComment(second);
        given().get("/views/post/" + older + "?before=" + second)
                .then()
                .statusCode(200)
                .body("view.post.text", equalTo("older"))
                .body("view.comments.text", equalTo(List.of("first")));
    }

    @Test
    void whatIsNoneOfItsItemsIsA422() {
        String alice = world.creator();
        String bob = world.creator();
        UUID hers = world.post(alice, "hers");
        UUID his = world.post(bob, "his");
        UUID comment = UUID.randomUUID();
        world.comment(comment, his, "carol", "on his");
        UUID deleted = UUID.randomUUID();
        world.comment(deleted, his, "carol", "on his too");
        world.deleteComment(deleted);
        for (Object before : List.of(
                his, comment, UUID.randomUUID(), "x", "", hers.toString().toUpperCase(Locale.ROOT))) {
            invalid("/views/posts/" + alice + "?before=" + before);
        }
        for (Object before : List.of(comment, deleted, hers, his, UUID.randomUUID(), "x", "")) {
            invalid("/views/post/" + hers + "?before=" + before);
        }
        invalid("/views/creator/" + alice + "?before=" + hers);
    }

    private static void invalid(String path) {
        for (String accept : List.of("application/json", "text/html", "text/event-stream")) {
            given().accept(accept)
                    .get(path)
                    .then()
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .body("type", equalTo("https://bits.page/problems/invalid"))
                    .body("violations.field", hasItem("before"));
        }
    }

    @Test
    void whatDoesNotExistIsA404WhateverIsAskedOfIt() {
        String alice = world.creator();
        UUID post = world.post(alice, "Hello");
        UUID comment = UUID.randomUUID();
        world.comment(comment, post, "bob", "x");
        world.delete(post);
        for (String path : List.of(
                "/views/posts/nobody?before=x",
                "/views/posts/nobody?before=" + post,
                "/views/creator/nobody?before=x",
                "/views/post/" + post + "?before=" + comment,
                "/views/nothing/x?before=" + comment)) {
            given().get(path).then().statusCode(404);
        }
    }

    @Test
    void aFragmentOfOlderOnesIsWhatTheyAreInJson() {
        String alice = world.creator();
        world.post(alice, "older");
        UUID newer = world.post(alice, "newer");
        given().accept("text/html")
                .get("/views/posts/" + alice + "?before=" + newer)
                .then()
                .statusCode(200)
                .body(allOf(
                        startsWith("<section id=\"posts-" + alice + "\""),
                        containsString(">older<"),
                        not(containsString(">newer<"))));
    }

    @Test
    void anOlderPartHasAnETagOfItsOwnAndA304() {
        String alice = world.creator();
        IntStream.range(0, 60).forEach(i -> world.post(alice, "post " + i));
        String next = next(given().get("/views/posts/" + alice));
        String tag = given().get(next).header("ETag");
        BasisT later = BasisT.of(world.peer.db());
        world.post(alice, "newer");
        given().header("If-None-Match", tag)
                .get(next)
                .then()
                .statusCode(304)
                .header("Bits-T", not(equalTo(later.toString())))
                .body(equalTo(""));
        given().header("If-None-Match", tag).get("/views/posts/" + alice).then().statusCode(200);
    }

    @Test
    void theLinkGoesOnWithWhatWasAskedFor() {
        String alice = world.creator();
        IntStream.range(0, 60).forEach(i -> world.post(alice, "post " + i));
        BasisT t = BasisT.of(world.peer.db());
        String id = Epoch.of(world.peer.db()) + "." + t;
        world.post(alice, "later");
        Response page = given().get("/views/posts/" + alice + "?as-of=" + t + "&min-t=" + t);
        String next = next(page);
        assertTrue(next.endsWith("&as-of=" + id + "&min-t=" + t), next);
        given().get(next)
                .then()
                .header("Bits-T", t.toString())
                .body(
                        "view.posts.text",
                        equalTo(IntStream.range(0, 10)
                                .mapToObj(i -> "post " + (9 - i))
                                .toList()));
    }
}
