package page.bits.cluster.presence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import page.bits.cluster.history.Guest;
import page.bits.cluster.hosted.Hosted;

/**
 * Viewers who come, go, reload and open tabs at random, and observers of all of them: some at each presence node, some by the
 * gateway. What they do follows from the seed; what becomes of it is noted.
 */
final class Audience implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** As many are in the first room from the beginning that its window is full, and others have to move up into it. */
    private static final int EARLY = 104;

    private static final int GUESTS_EACH = 12;
    private static final int STRANGERS_EACH = 5;
    private static final int MOST_TABS = 3;

    /** How they come, beside where to. */
    private record Person(Viewer viewer, String query, String headers, boolean isOneEachTime) {}

    private final Hosted hosted;
    private final String name;
    private final Random random;
    private final StreamLoop loop;
    private final List<String> rooms;
    private final List<Person> people = new ArrayList<>();
    private final List<Tab> tabs = new ArrayList<>();
    private final List<Observer> observers = new ArrayList<>();
    private final List<Visit> visits = Collections.synchronizedList(new ArrayList<>());
    private final List<Shown> answers = Collections.synchronizedList(new ArrayList<>());
    private int strangers;

    Audience(Hosted hosted, String name, long seed) throws IOException {
        this.hosted = hosted;
        this.name = name;
        this.random = new Random(seed);
        this.loop = new StreamLoop("audience");
        this.rooms = List.of(name + "-crowd", name + "-stage");
    }

    List<String> rooms() {
        return rooms;
    }

    /** All connections that viewers ever made. */
    List<Visit> visits() {
        return loop.call(() -> {
            tabs.forEach(Tab::tellOpen);
            return List.copyOf(visits);
        });
    }

    /** All that was shown or answered. */
    List<Shown> shown() {
        List<Shown> all = new ArrayList<>(answers);
        watches().forEach(watch -> all.addAll(watch.shown()));
        return all;
    }

    /** All connections that observers ever made. */
    List<Watch> watches() {
        return loop.call(() ->
                observers.stream().flatMap(each -> each.watches().stream()).toList());
    }

    /** What broke the contract in itself. */
    List<String> violations() {
        return loop.call(() -> observers.stream()
                .flatMap(each -> each.replica().violations().stream().map(violation -> each.name() + ": " + violation))
                .toList());
    }

    /** Lets those come who are early, and makes all others ready. */
    void gather() throws IOException, InterruptedException {
        for (String room : rooms) {
            for (String node : Hosted.PRESENCES) {
                observe(room, "at " + node, List.of(place(node)));
            }
            observe(room, "by the gateway", List.of(gateway()));
            observe(
                    room,
                    "anywhere",
                    Stream.concat(Hosted.PRESENCES.stream().map(this::place), Stream.of(gateway()))
                            .toList());
        }
        for (int i = 0; i < EARLY; i++) {
            Person person = guest(rooms.get(0), "early-" + i, true);
            people.add(person);
            open(person);
        }
        for (String room : rooms) {
            for (int i = 0; i < GUESTS_EACH; i++) {
                people.add(guest(room, "guest-" + i, i % 4 != 0));
            }
            for (int i = 0; i < STRANGERS_EACH; i++) {
                String key = "%s-%d".formatted(name, i);
                people.add(new Person(new Viewer(room, key, false), "viewer=" + key, "", false));
                people.add(new Person(new Viewer(room, "", false), "", "", true));
            }
        }
    }

    private void observe(String room, String where, List<EventSource.Place> places) {
        long seed = random.nextLong();
        loop.run(() -> {
            Observer observer = new Observer(loop, "observer " + where, room, places, seed);
            observers.add(observer);
            observer.source().open();
        });
    }

    private Person guest(String room, String who, boolean named) throws IOException, InterruptedException {
        String key = "%s of %s".formatted(who, room);
        Guest guest = Guest.of(address(Hosted.ACTIONS.get(0)), key);
        return new Person(
                new Viewer(room, key, named),
                named ? "" : "anonymous=true",
                "Authorization: Bearer %s\r\n".formatted(guest.token()),
                false);
    }

    /** Does one thing at random. */
    void step() {
        int what = random.nextInt(100);
        if (what < 30) {
            String room = anyRoom();
            List<Person> candidates = people.stream()
                    .filter(person -> person.viewer().room().equals(room))
                    .toList();
            open(candidates.get(random.nextInt(candidates.size())));
        } else if (what < 50) {
            anyTab(tab -> {
                tabs.remove(tab);
                tab.source().close();
            });
        } else if (what < 75) {
            reload(random.nextInt(4_000));
        } else if (what < 80) {
            reload(6_000 + random.nextInt(3_000));
        } else if (what < 90) {
            ask(Hosted.PRESENCES.get(random.nextInt(Hosted.PRESENCES.size())), anyRoom());
        } else {
            int which = random.nextInt(observers());
            long pause = random.nextInt(3_000);
            loop.run(() -> {
                Observer observer = observers.get(which);
                observer.source().moveOn(pause);
            });
        }
    }

    private int observers() {
        return loop.call(observers::size);
    }

    private void open(Person person) {
        long seed = random.nextLong();
        List<EventSource.Place> places = places();
        Viewer viewer = person.isOneEachTime()
                ? new Viewer(person.viewer().room(), "stranger-" + ++strangers, false)
                : person.viewer();
        loop.run(() -> {
            long others =
                    tabs.stream().filter(tab -> tab.viewer().equals(viewer)).count();
            if (others < MOST_TABS) {
                Tab tab = new Tab(
                        loop,
                        viewer,
                        person.isOneEachTime(),
                        places,
                        "/presence/%s?%s".formatted(viewer.room(), person.query()),
                        person.headers(),
                        seed,
                        visits::add);
                tabs.add(tab);
                tab.source().open();
            }
        });
    }

    private void reload(long pause) {
        List<EventSource.Place> places = places();
        boolean elsewhere = random.nextBoolean();
        anyTab(tab -> {
            if (elsewhere) {
                tab.source().move(places, pause);
            } else {
                tab.source().moveBack(pause);
            }
        });
    }

    private void anyTab(Consumer<Tab> what) {
        String room = anyRoom();
        int number = random.nextInt(1_000_000);
        loop.run(() -> {
            List<Tab> all = tabs.stream()
                    .filter(tab -> tab.viewer().room().equals(room))
                    .toList();
            if (!all.isEmpty()) {
                what.accept(all.get(number % all.size()));
            }
        });
    }

    private String anyRoom() {
        return rooms.get(random.nextInt(rooms.size()));
    }

    /** A node first, or the gateway; then where one would go on if that were gone. */
    private List<EventSource.Place> places() {
        List<EventSource.Place> nodes =
                new ArrayList<>(Hosted.PRESENCES.stream().map(this::place).toList());
        Collections.rotate(nodes, random.nextInt(nodes.size()));
        return random.nextInt(3) == 0 ? List.of(gateway()) : nodes;
    }

    private EventSource.Place place(String node) {
        return new EventSource.Place(node, address(node));
    }

    private EventSource.Place gateway() {
        return new EventSource.Place(Visit.GATEWAY, address("gateway-1"));
    }

    private URI address(String process) {
        return URI.create("http://127.0.0.1:" + hosted.cluster().port(process));
    }

    /** Asks a node who is there; where it answers, that is noted as what it shows. */
    private void ask(String node, String room) {
        JsonNode answer = answer(node, room);
        if (answer.has("t")) {
            answers.add(new Shown(
                    "the answer of " + node,
                    room,
                    answer.path("t").asLong(-1),
                    Presence.of(answer),
                    System.currentTimeMillis()));
        }
    }

    private JsonNode answer(String node, String room) {
        try {
            return JSON.readTree(hosted.get(node, "/presence/" + room));
        } catch (IOException e) {
            throw new IllegalStateException("no JSON from " + node, e);
        }
    }

    /** What is not as it has to be when nobody has moved for long enough, in words. */
    List<String> unsettled() {
        List<String> found = new ArrayList<>();
        for (String room : rooms) {
            found.addAll(loop.call(() -> unsettledStreams(room)));
            Set<String> names = loop.call(() -> names(room));
            int count = loop.call(() -> count(room));
            for (String node : Hosted.PRESENCES) {
                JsonNode answer = answer(node, room);
                ask(node, room);
                if (!answer.has("t") || answer.path("stale").asBoolean(true)) {
                    found.add("%s answers %s".formatted(node, answer));
                } else {
                    check("the answer of " + node, Presence.of(answer), names, count, found);
                }
            }
        }
        return found;
    }

    private List<String> unsettledStreams(String room) {
        List<String> found = new ArrayList<>();
        tabs.stream()
                .filter(tab -> !tab.source().isOpen())
                .forEach(tab -> found.add("a tab is not open: " + tab.viewer()));
        for (Observer observer : observers) {
            if (observer.room().equals(room)) {
                if (!observer.source().isOpen()
                        || observer.replica().isStale()
                        || observer.replica().shown().isEmpty()) {
                    found.add(observer.name() + " shows nothing, or what is stale");
                } else {
                    check(observer.name(), observer.replica().shown().get(), names(room), count(room), found);
                }
            }
        }
        return found;
    }

    private static void check(String who, Presence shown, Set<String> names, int count, List<String> found) {
        Set<String> shownNames =
                shown.viewers().stream().map(Named::name).collect(Collectors.toCollection(TreeSet::new));
        boolean hasAll = names.size() <= Presence.WINDOW
                ? shownNames.equals(names)
                : names.containsAll(shownNames) && shownNames.size() == Presence.WINDOW;
        if (shown.count() != count || !hasAll) {
            found.add("%s shows %d with %s, and there are %d with %s"
                    .formatted(who, shown.count(), shownNames, count, names));
        }
    }

    private Set<String> names(String room) {
        return tabs.stream()
                .map(Tab::viewer)
                .filter(viewer -> viewer.named() && viewer.room().equals(room))
                .map(Viewer::key)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private int count(String room) {
        return tabs.stream()
                .map(Tab::viewer)
                .filter(viewer -> viewer.room().equals(room))
                .collect(Collectors.toCollection(HashSet::new))
                .size();
    }

    /** Observers that were not told of anything stale since {@link #forgetStale()}, by name. */
    List<String> unaware() {
        return loop.call(() -> observers.stream()
                .filter(observer -> observer.source().isOpen() && !observer.saidStale())
                .map(observer -> observer.name() + " of " + observer.room())
                .toList());
    }

    void forgetStale() {
        loop.call(() -> {
            observers.forEach(Observer::forgetStale);
            return null;
        });
    }

    @Override
    public void close() throws IOException {
        loop.close();
    }

    @Override
    public String toString() {
        return loop.call(() ->
                Map.of("open tabs", tabs.size(), "observers", observers.size()).toString());
    }
}
