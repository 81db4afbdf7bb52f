package page.bits.action;

import datomic.Database;
import datomic.Datom;
import datomic.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import page.bits.action.body.Fields;
import page.bits.http.ProblemException;
import page.bits.http.ProblemType;
import page.bits.identity.Actor;
import page.bits.peer.Attributes;
import page.bits.peer.BasisT;

/**
 * Changes what a post says. The page's owner may.
 *
 * @param expectedT the basis t of the text that the actor saw: with it, the text is changed only if nobody edited it after
 *     that; without it, the last edit wins
 * @param revision that the text gets, one that no text ever had
 */
@Schema(requiredProperties = {"postId", "text"})
public record EditPost(
        PostId postId,
        PostText text,

        @Schema(implementation = Long.class, minimum = "0", nullable = true, examples = "1042")
        Optional<BasisT> expectedT,

        @Schema(hidden = true) UUID revision)
        implements OnPost {

    public static final String NAME = "edit-post";

    public static EditPost of(Fields fields) {
        PostId postId = fields.id("postId", PostId::new);
        PostText text = fields.required("text", PostText::new);
        Optional<BasisT> expectedT = fields.optionalNumber("expectedT", BasisT::new);
        fields.check();
        return new EditPost(postId, text, expectedT, RandomIds.next());
    }

    @Override
    public String name() {
        return NAME;
    }

    /**
     * Guarded by the post staying where it is, and with {@code expectedT} by no edit coming between: each gives the text a
     * revision that it never had, so an edit that was taken back counts too.
     */
    @Override
    public Change on(Database db, Actor actor) {
        Published post = Published.of(db, postId);
        Page page = post.page(actor).owned();
        Datom present = post.value(Attributes.POST_TEXT).orElseThrow();
        Optional<Object> before = post.value(Attributes.POST_REV).map(Datom::v);
        expectedT.ifPresent(seen -> requireUnedited(db, present, seen));
        boolean nothing = present.v().equals(text.value());
        List<Op> ops = new ArrayList<>();
        ops.add(post.guard());
        ops.add(page.guard());
        ops.add(new Op.Set(post.entity(), Attributes.POST_TEXT, text.value()));
        ops.add(
                expectedT.isPresent()
                        ? new Op.Swap(post.entity(), Attributes.POST_REV, before, revision)
                        : new Op.Set(post.entity(), Attributes.POST_REV, revision));
        return new Change(ops, nothing, Map.of("postId", postId));
    }

    private void requireUnedited(Database db, Datom present, BasisT seen) {
        if (seen.value() > db.basisT()) {
            throw ProblemException.invalid("expectedT", "is beyond the database, which is at " + db.basisT());
        }
        long edited = Peer.toT(present.tx());
        if (edited > seen.value()) {
            throw ProblemException.of(
                    ProblemType.CONFLICT,
                    "The text of the post '" + postId + "' was edited at t " + edited + ", after expectedT " + seen
                            + ". Look at it again.");
        }
    }
}
