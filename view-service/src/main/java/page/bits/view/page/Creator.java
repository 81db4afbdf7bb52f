package page.bits.view.page;

import java.util.Optional;

/** A creator, as pages show one. */
public record Creator(String handle, String displayName, Optional<String> bio, Optional<String> avatarUrl) {}
