package page.bits.cluster.presence;

/**
 * Someone who looks at a creator's page, in however many tabs.
 *
 * @param room the creator's handle
 * @param key what tells them from all others; the name of those who are named
 * @param named whether others see the name
 */
record Viewer(String room, String key, boolean named) {}
