package page.bits.view;

import page.bits.sse.EventId;

/**
 * What of the database a request is answered with.
 *
 * @param at the time it tells of
 * @param id the same, as the reply names it
 * @param keeping who may keep the reply
 */
record Telling(Moment at, EventId id, Keeping keeping) {

    /** Who may keep a reply, and for how long. */
    enum Keeping {
        /** Everyone, who then asks each time whether it is still so. */
        WHILE_UNCHANGED("no-cache", "Accept"),

        /** Everyone for good. */
        FOREVER("public, max-age=31536000, immutable", "Accept"),

        /** Everyone but the page's owner, who would be told more. */
        BUT_THE_OWNER("no-cache", "Accept, Authorization, Cookie"),

        /** Nobody: it is for the page's owner alone. */
        NOBODY("private, no-store", "Accept, Authorization, Cookie");

        private final String cacheControl;
        private final String vary;

        Keeping(String cacheControl, String vary) {
            this.cacheControl = cacheControl;
            this.vary = vary;
        }

        String cacheControl() {
            return cacheControl;
        }

        String vary() {
            return vary;
        }
    }
}
