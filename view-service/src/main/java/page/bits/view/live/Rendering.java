package page.bits.view.live;

import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Optional;
import page.bits.view.Feature;
import page.bits.view.Json;
import page.bits.view.ViewKey;

/**
 * One view as it is in some database value, or its absence there. Its texts are made when the first reader needs them, and
 * kept for the others. Any thread.
 */
final class Rendering<V> {

    private final ViewKey name;
    private final Feature<V> feature;
    private final Optional<V> view;
    private RawValue json;
    private String html;

    Rendering(ViewKey name, Feature<V> feature, Optional<V> view) {
        this.name = name;
        this.feature = feature;
        this.view = view;
    }

    ViewKey name() {
        return name;
    }

    Feature<V> feature() {
        return feature;
    }

    /** None where there was no such thing. */
    Optional<V> view() {
        return view;
    }

    boolean isThere() {
        return view.isPresent();
    }

    boolean shows(Rendering<?> other) {
        return this == other || view.equals(other.view);
    }

    /** Of one that is there. */
    synchronized RawValue json(Json writer) {
        if (json == null) {
            json = new RawValue(writer.write(view.orElseThrow()));
        }
        return json;
    }

    /** Of one that is there. */
    synchronized String html() {
        if (html == null) {
            html = feature.html(name.key(), view.orElseThrow());
        }
        return html;
    }
}
