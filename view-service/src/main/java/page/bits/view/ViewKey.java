package page.bits.view;

/**
 * Names one view.
 *
 * @param feature the {@linkplain Feature#name() name} of the feature
 * @param key whose view it is, in the feature's own terms: a handle, a post's id
 */
public record ViewKey(String feature, String key) {

    @Override
    public String toString() {
        return feature + "/" + key;
    }
}
