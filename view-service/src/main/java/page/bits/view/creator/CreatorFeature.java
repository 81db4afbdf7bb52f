package page.bits.view.creator;

import static page.bits.peer.Attributes.CREATOR_AVATAR_URL;
import static page.bits.peer.Attributes.CREATOR_BIO;
import static page.bits.peer.Attributes.CREATOR_DISPLAY_NAME;
import static page.bits.peer.Attributes.CREATOR_HANDLE;
import static page.bits.peer.Attributes.CREATOR_POSTS;

import datomic.Database;
import datomic.Datom;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import page.bits.peer.Facts;
import page.bits.peer.Transaction;
import page.bits.view.Historic;
import page.bits.view.Moment;

/**
 * {@code creator/{handle}}: a creator, sent whole whenever anything of it changes.
 *
 * <p>Of their past everyone may be told how many posts they had; what they tell of themselves is as it is now, so that
 * somebody who took it off their page has taken it off the past too.
 */
@Singleton
public class CreatorFeature implements Historic<CreatorView> {

    private static final Set<Object> SHOWN =
            Set.of(CREATOR_HANDLE, CREATOR_DISPLAY_NAME, CREATOR_BIO, CREATOR_AVATAR_URL, CREATOR_POSTS);

    private final Template fragment;

    CreatorFeature(@Location("creator-card.html") Template fragment) {
        this.fragment = fragment;
    }

    @Override
    public String name() {
        return "creator";
    }

    @Override
    public Optional<CreatorView> view(Moment at, String handle) {
        return creator(at.then(), handle).map(creator -> new CreatorView(Creators.creator(at, creator)));
    }

    @Override
    public Optional<Object> creator(Database db, String handle) {
        return Creators.entity(db, handle);
    }

    @Override
    public Set<String> touched(Transaction transaction, Database db) {
        Set<String> handles = new HashSet<>();
        for (Datom datom : transaction.datoms()) {
            if (SHOWN.contains(db.ident(datom.a()))) {
                Facts.value(db, datom.e(), CREATOR_HANDLE, String.class).ifPresent(handles::add);
            }
        }
        return handles;
    }

    @Override
    public Optional<?> delta(CreatorView from, CreatorView to, Database db) {
        return Optional.empty();
    }

    @Override
    public String html(String handle, CreatorView view) {
        // Without the line break at the template's end, which would be an empty line of data in every event.
        return fragment.data("key", handle, "creator", view.creator()).render().strip();
    }
}
