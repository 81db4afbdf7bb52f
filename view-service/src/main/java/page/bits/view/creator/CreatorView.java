package page.bits.view.creator;

/** A creator. */
public record CreatorView(Creator creator) {}
