/**
 * Who is on a creator's page, as the events of its stream tell it.
 *
 * @typedef {{id: string, name: string, since: string}} Viewer somebody who shows their name
 * @typedef {object} Presence
 * @property {number} count of everyone
 * @property {Viewer[]} viewers the first hundred by when they came, then by id
 * @property {number} anonymous how many are not among those
 * @property {boolean} stale whether the server may not know the newest
 */

/**
 * What is known after an event.
 *
 * @param {?Presence} known before it; none is needed for a snapshot
 * @param {"snapshot"|"delta"} type
 * @param {object} event its data
 * @returns {Presence}
 */
export function after(known, type, event) {
  const { count, anonymous, stale } = event;
  const viewers = type === "snapshot" ? event.viewers : moved(known.viewers, event);
  return { count, viewers, anonymous, stale };
}

/**
 * @param {Viewer[]} viewers
 * @param {{joined: Viewer[], left: string[]}} delta one who joined takes the place of the one with the same id
 */
function moved(viewers, { joined, left }) {
  const gone = new Set([...left, ...joined.map(({ id }) => id)]);
  return [...viewers.filter(({ id }) => !gone.has(id)), ...joined].sort(byArrival);
}

/** @param {Viewer} a @param {Viewer} b */
function byArrival(a, b) {
  return Date.parse(a.since) - Date.parse(b.since) || (a.id < b.id ? -1 : 1);
}
