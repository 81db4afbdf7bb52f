package page.bits.view;

import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The features of this process, by name. */
@Singleton
public class Features {

    /** Parameters of a request for several features, which names each by a parameter of its name; none of these is a feature. */
    public static final Set<String> RESERVED = Set.of("format", "from", "min-t", "as-of", "before");

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

    private final Map<String, Feature<?>> byName;

    /** @throws IllegalArgumentException if a feature has a name that it can't have, or two have the same */
    public Features(@All List<Feature<?>> features) {
        for (Feature<?> feature : features) {
            if (!NAME.matcher(feature.name()).matches() || RESERVED.contains(feature.name())) {
                throw new IllegalArgumentException("A feature can't have the name '" + feature.name() + "'");
            }
        }
        this.byName = features.stream().collect(Collectors.toUnmodifiableMap(Feature::name, Function.identity()));
    }

    public Optional<Feature<?>> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Collection<Feature<?>> all() {
        return byName.values();
    }
}
